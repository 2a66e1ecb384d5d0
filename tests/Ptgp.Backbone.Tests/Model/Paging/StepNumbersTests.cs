using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Paging;

public class StepNumbersTests
{
    [Fact]
    public unsafe void NumbersComeAsTheyWereGivenAndStayInPlaceWhileThereIsRoom()
    {
        using StepNumbers numbers = new(CPU);
        nint place = 0;
        foreach (var count in (int[])[20, 3, 50, 700, 699])
        {
            numbers.Clear();
            var given = Enumerable.Range(count, count).Select(each => (long)each).ToArray();
            var (first, second) = (numbers.Add(given), numbers.Add([7]));
            var (written, third) = numbers.Add(2);
            written.Span.Fill(-5);
            numbers.Send();
            using var all = numbers.Of(first, count);
            using Tensor one = numbers.Of(second, 1), two = numbers.Of(third, 2);
            Assert.Equal(given, all.data<long>());
            Assert.Equal([7L], one.data<long>());
            Assert.Equal([-5L, -5L], two.data<long>());
            Assert.True(count is 20 or 700 || place == (nint)TensorMemory.Of(all));
            place = (nint)TensorMemory.Of(all);
        }
    }
}
