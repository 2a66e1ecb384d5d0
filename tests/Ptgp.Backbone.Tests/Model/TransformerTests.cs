using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>What holds of any batch: rows do not see each other, and padding is not seen at all.</summary>
public class TransformerTests
{
    private const double Tolerance = 1e-4;

    // Ids that every fixture has and none of them treats in a special way.
    private static readonly Gen<int> id = Gen.Int[3, 99];

    private static readonly Gen<Row[]> rows = Gen.Select(id.Array[1, 9], id.Array[1, 6], (source, target) => new Row(source, target)).Array[1, 5];

    [Theory, MemberData(nameof(ForwardParityTests.Fixtures), MemberType = typeof(ForwardParityTests))]
    public void ABatchEqualsItsRowsOneByOne(string fixture)
    {
        using var loaded = new Loaded(fixture);
        rows.Sample(
            batch =>
            {
                using var scope = NewDisposeScope();
                using var quiet = inference_mode();
                var together = Logits(loaded.Transformer, batch);
                Assert.All(batch, (row, at) => Assert.InRange(Difference(together[at], Logits(loaded.Transformer, [row])[0], row), 0, Tolerance));
            },
            iter: 15,
            threads: 1);
    }

    [Theory, MemberData(nameof(ForwardParityTests.Fixtures), MemberType = typeof(ForwardParityTests))]
    public void PaddingChangesNothing(string fixture)
    {
        using var loaded = new Loaded(fixture);
        Gen.Select(rows, Gen.Int[1, 7], Gen.Int[1, 5], id).Sample(
            (batch, moreSource, moreTarget, filler) =>
            {
                using var scope = NewDisposeScope();
                using var quiet = inference_mode();
                var (tight, padded) = (Logits(loaded.Transformer, batch), Logits(loaded.Transformer, batch, moreSource, moreTarget, filler));
                Assert.All(batch, (row, at) => Assert.InRange(Difference(padded[at], tight[at], row), 0, Tolerance));
            },
            iter: 15,
            threads: 1);
    }

    [Theory, MemberData(nameof(ForwardParityTests.Fixtures), MemberType = typeof(ForwardParityTests))]
    public void TheLossIsThatOfTheLogits(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var scope = NewDisposeScope();
        var transformer = loaded.Transformer;
        manual_seed(3);
        var states = randn(2, 5, transformer.Config.Width).requires_grad_(true);
        var labels = randint(3, 99, [2, 5], dtype: int64);
        labels[0, 3] = labels[1, 1] = tensor(Target.Ignored);
        var loss = transformer.Loss(states, labels, 0.1);
        loss.Sum.backward();
        var gradient = states.grad!.clone();
        states.grad.zero_();
        var expected = nn.functional.cross_entropy(transformer.Project(states).flatten(0, 1), labels.flatten(), ignore_index: Target.Ignored, reduction: nn.Reduction.Sum, label_smoothing: 0.1);
        expected.backward();
        Assert.Equal(8, loss.Count);
        Assert.Equal(expected.item<float>(), loss.Sum.item<float>(), 1e-4 * expected.item<float>());
        Assert.True(gradient.allclose(states.grad, 1e-4, 1e-5), $"{(gradient - states.grad).abs().max().item<float>()}");
    }

    // [batch, targets, vocabulary]
    private static Tensor Logits(Transformer transformer, Row[] rows, int moreSource = 0, int moreTarget = 0, int filler = 0)
    {
        var (sources, targets) = (rows.Max(row => row.Source.Length) + moreSource, rows.Max(row => row.Target.Length) + moreTarget);
        var batch = new Batch
        {
            Source = Matrix(sources, filler, rows.Select(row => row.Source)),
            Mask = tensor(rows.SelectMany(row => Enumerable.Range(0, sources).Select(at => at < row.Source.Length)).ToArray()).view(rows.Length, sources),
        };
        var encoded = transformer.Encode(transformer.Embed(batch));
        return transformer.Project(transformer.Decode(encoded, Matrix(targets, Target.Ignored, rows.Select(row => row.Target))));
    }

    private static Tensor Matrix(int length, long filler, IEnumerable<int[]> rows) =>
        tensor(rows.SelectMany(row => row.Select(id => (long)id).Concat(Enumerable.Repeat(filler, length - row.Length))).ToArray()).view(-1, length);

    private static double Difference(Tensor actual, Tensor expected, Row row) =>
        (actual.narrow(0, 0, row.Target.Length) - expected.narrow(0, 0, row.Target.Length)).abs().max().item<float>();

    private sealed record Row(int[] Source, int[] Target);
}
