using Ptgp.Host.Commands;

namespace Ptgp.Host.Tests.Commands;

public class PaceTests
{
    [Fact]
    public void ItIsThatOfTheLastStepsAndNotKnownAtTheFirst()
    {
        Pace pace = new();
        Assert.Null(pace.Add(TimeSpan.FromSeconds(5), 1000));
        Assert.Equal(50, pace.Add(TimeSpan.FromSeconds(7), 100));
        for (var second = 8; second < 28; second++)
        {
            pace.Add(TimeSpan.FromSeconds(second), 400);
        }

        Assert.Equal(400, pace.Add(TimeSpan.FromSeconds(28), 400));
    }
}
