using Ptgp.Backbone.Explaining;
using Ptgp.Backbone.Tests.Model;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Explaining;

public sealed class InputAttributionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void SharesOfASumOfSquaresAreTheSquares()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new float[] { 1, -2, 3, 0.5f, 0, 4 }, [1, 3, 2]);
        InputScores squares = states => (states * states).sum([1, 2]);
        var integrated = Assert.Single(InputAttributions.IntegratedGradients(squares, input, zeros_like(input), 1, each: true, Stop));
        Assert.Equal([5, 9.25, 16], integrated.Values);
        Assert.Equal((30.25, 0.0, 0.0), (integrated.Score, integrated.BaselineScore, integrated.CompletenessError));
        var multiplied = Assert.Single(InputAttributions.InputTimesGradient(squares, input, Stop));
        Assert.Equal([10, 18.5, 32], multiplied.Values);
        Assert.Null(multiplied.CompletenessError);
    }

    [Theory]
    [InlineData("marian")]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    [InlineData("mbart")]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void InputTimesGradientIsTheSlopeAlongTheInput(string fixture)
    {
        using var written = new WrittenRow(fixture);
        var attributions = InputAttributions.InputTimesGradient(written.Scores, written.Input, Stop);
        Assert.Equal(written.Text.Ids.Count, attributions.Count);
        var whole = InputAttribution.Sum(attributions);
        const double step = 3e-3;
        for (var place = 0; place < written.Input.size(1); place++)
        {
            var slope = (written.Score(At(1 + step)) - written.Score(At(1 - step))) / (2 * step);
            Assert.Equal(slope, whole.Values[place], 5e-3 * Math.Max(1, Math.Abs(slope)));

            Tensor At(double factor)
            {
                var factors = Enumerable.Repeat(1f, (int)written.Input.size(1)).ToArray();
                factors[place] = (float)factor;
                return written.Input * tensor(factors).view(1, -1, 1);
            }
        }
    }

    [Theory]
    [InlineData("marian")]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    [InlineData("nllb")]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void SharesOfIntegratedGradientsAddUpToWhatTheScoreGainsTheBetterTheMoreStepsThereAre(string fixture)
    {
        using var written = new WrittenRow(fixture);
        var baseline = written.Input * tensor(0.25f);
        var (few, many) = (Integrated(2), Integrated(40));
        Assert.Equal(written.Score(written.Input), many.Score, 1e-4);
        Assert.Equal(written.Score(baseline), many.BaselineScore!.Value, 1e-4);
        Assert.All(new[] { few, many }, one => Assert.Equal(one.Values.Sum() - (one.Score - one.BaselineScore!.Value), one.CompletenessError!.Value, 1e-9));
        Assert.InRange(Math.Abs(many.CompletenessError!.Value), 0, 1e-2 * Math.Abs(many.Score - many.BaselineScore.Value));
        Assert.True(Math.Abs(many.CompletenessError.Value) < Math.Abs(few.CompletenessError!.Value), $"More steps must err less, but 2 err {few.CompletenessError} and 40 err {many.CompletenessError}.");

        InputAttribution Integrated(int steps) => Assert.Single(InputAttributions.IntegratedGradients(written.Scores, written.Input, baseline, steps, each: false, Stop));
    }

    [Fact]
    public void TheWholeIsTheSumOfItsTokens()
    {
        using var written = new WrittenRow("marian");
        var baseline = zeros_like(written.Input);
        var each = InputAttributions.IntegratedGradients(written.Scores, written.Input, baseline, 3, each: true, Stop);
        var whole = Assert.Single(InputAttributions.IntegratedGradients(written.Scores, written.Input, baseline, 3, each: false, Stop));
        Assert.Equal(written.Text.Ids.Count, each.Count);
        var sum = InputAttribution.Sum(each);
        Assert.Equal(whole.CompletenessError!.Value, sum.CompletenessError!.Value, 1e-3);
        Assert.All(whole.Values.Zip(sum.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public void NoGradientIsLeftOnTheWeightsAndInferenceModeIsNoHindrance()
    {
        using var loaded = new Loaded("t5-v1_1");
        using var trainable = loaded.Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        trainable.eval();
        using var inference = inference_mode();
        var states = trainable.Embed(loaded.Batch).States;
        var found = InputAttributions.InputTimesGradient(vectors => trainable.Encode(new(vectors, loaded.Batch.Mask)).States.sum([1, 2]), states, Stop);
        Assert.Contains(found[0].Values, value => value != 0);
        Assert.All(trainable.NamedParameters.Values, parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void ABaselineOfAnotherShapeIsRefused()
    {
        using var scope = NewDisposeScope();
        var fault = Assert.Throws<ArgumentException>(() => InputAttributions.IntegratedGradients(states => states.sum([1, 2]), zeros(1, 3, 2), zeros(1, 2, 2), 4, each: false, Stop));
        Assert.StartsWith("The baseline must have the input's shape [1, 3, 2], but has [1, 2, 2].", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACancelledOneEnds()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<OperationCanceledException>(() => InputAttributions.IntegratedGradients(states => states.sum([1, 2]), ones(1, 3, 2), zeros(1, 3, 2), 4, each: false, new(canceled: true)));
    }
}
