using Ptgp.Backbone.Explaining;
using Ptgp.Backbone.Tests.Model;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Explaining;

public sealed class ForcedTextTests
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("marian")]
    [InlineData("t5-v1_0")]
    [InlineData("mbart")]
    [InlineData("nllb")]
    [InlineData("gpt2")]
    [InlineData("qwen2")]
    public void ProbabilitiesAreTheReferencesAndAddUpToOne(string fixture)
    {
        using var written = new WrittenRow(fixture);
        using var quiet = inference_mode();
        var logs = written.Text.LogProbabilities(written.Loaded.Transformer.Encode(new(written.Input, written.Batch.Mask)));
        var golden = Golden(written).log_softmax(1);                                               // [ids, vocabulary]
        Assert.InRange(Loaded.Difference(logs, golden), 0, Tolerance);
        Assert.All(logs.exp().sum(1).data<float>(), sum => Assert.Equal(1, sum, 1e-5f));

        var choices = written.Text.Choices(logs, 3);
        Assert.Equal(written.Labels, choices.Select(choice => choice.Id));
        Assert.All(choices.Index(), pair =>
        {
            var (step, choice) = pair;
            var row = golden[step].data<float>().ToArray();
            Assert.Equal(row[choice.Id], choice.LogProbability, Tolerance);
            Assert.InRange(choice.Rank, 1 + row.Count(other => other > row[choice.Id] + Tolerance), 1 + row.Count(other => other >= row[choice.Id] - Tolerance));
            Assert.Equal(row.OrderDescending().Take(3).Select(value => (double)value), choice.Best.Select(best => best.LogProbability), (a, b) => Math.Abs(a - b) < Tolerance);
            Assert.All(choice.Best, best => Assert.Equal(row[best.Id], best.LogProbability, Tolerance));
        });
        Assert.All(written.Text.Choices(logs, 0), choice => Assert.Empty(choice.Best));
    }

    [Theory]
    [InlineData("marian")]
    [InlineData("t5-v1_1")]
    [InlineData("m2m100")]
    public void AttentionOfOneRowIsTheReferences(string fixture)
    {
        using var written = new WrittenRow(fixture);
        using var quiet = no_grad();
        var capture = new StateCapture();
        written.Text.LogProbabilities(written.Loaded.Transformer.Encode(new(written.Input, written.Batch.Mask), capture: capture), capture);
        var (read, wrote) = ((int)written.Input.size(1), written.Labels.Count);
        Check("encoder_attentions", capture.EncoderAttentions, read, read);
        Check("decoder_attentions", capture.DecoderAttentions, wrote, wrote);
        Check("cross_attentions", capture.CrossAttentions, wrote, read);

        void Check(string name, List<Tensor> captured, int rows, int columns)
        {
            Assert.NotEmpty(captured);
            for (var layer = 0; layer < captured.Count; layer++)
            {
                var map = AttentionMap.Of(layer, captured[layer], 0);
                var golden = AttentionMap.Of(layer, written.Loaded.Golden($"{name}.{layer}"), written.Row, Range(rows), Range(columns));
                Assert.Equal((layer, golden.Heads, rows, columns), (map.Layer, map.Heads, map.Rows, map.Columns));
                Assert.Equal(golden.Values, map.Values, (a, b) => Math.Abs(a - b) < Tolerance);
                Assert.Equal(golden[0, rows - 1, 0], map.Values[(rows - 1) * columns], Tolerance);
            }
        }
    }

    // The logits that predict the labels, [ids, vocabulary].
    private static Tensor Golden(WrittenRow written)
    {
        var logits = written.Loaded.Golden("logits")[written.Row];
        return logits.narrow(0, written.IsCausal ? written.Input.size(1) - 1 : 0, written.Labels.Count);
    }

    private static long[] Range(int count) => [.. Enumerable.Range(0, count).Select(place => (long)place)];
}
