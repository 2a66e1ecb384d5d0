using Ptgp.Toolkit.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Toolkit.Tests.Heads;

public class SequenceLossTests
{
    public SequenceLossTests() => set_num_threads(1);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void TheSumIsOverLabelsThatAreNotPadding(double smoothing)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var logits = randn(2, 3, 5);
        var labels = tensor(new long[,] { { 4, 0, Target.Ignored }, { 2, Target.Ignored, Target.Ignored } });
        var loss = SequenceLoss.Of(logits, labels, smoothing);

        // By the definition: the label has 1 - e of the probability, and e is spread over all classes.
        var logs = nn.functional.log_softmax(logits, -1);
        var expected = 0.0;
        foreach (var (row, place, label) in ((int, int, int)[])[(0, 0, 4), (0, 1, 0), (1, 0, 2)])
        {
            expected -= ((1 - smoothing) * logs[row, place, label].item<float>()) + (smoothing * logs[row, place].mean().item<float>());
        }

        Assert.Equal(3, loss.Count);
        Assert.Equal(expected, loss.Sum.item<float>(), 1e-4);
    }

    [Fact]
    public void PaddingGetsNoGradient()
    {
        using var scope = NewDisposeScope();
        var logits = randn(1, 2, 4, requires_grad: true);
        SequenceLoss.Of(logits, tensor(new long[,] { { 1, Target.Ignored } }), 0.1).Sum.backward();
        Assert.Equal(0, logits.grad![0, 1].abs().sum().item<float>());
        Assert.NotEqual(0, logits.grad[0, 0].abs().sum().item<float>());
    }
}
