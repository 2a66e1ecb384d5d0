using CsCheck;
using Ptgp.Backbone.Generation.Sampling;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation.Sampling;

/// <summary>What is read here equals what a device hands over: transposed scores take the device's way on the CPU too.</summary>
public class RowReaderTests
{
    [Fact]
    public void BothWaysReadTheLikeliestAndTheirTies() => Gen.Select(Gen.Int[1, 4], Gen.Int[2, 900], Gen.Int[0, 700], Gen.Bool, Gen.Int).Sample((rows, vocabulary, count, isTied, seed) =>
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var scores = randn([rows, vocabulary], generator: generator) * 5;
        scores = isTied ? scores.round() : scores;
        scores = scores.masked_fill(rand(scores.shape, generator: generator).lt(0.2), float.NegativeInfinity);
        scores[0] = float.NegativeInfinity;                       // a row of which all is forbidden
        var far = scores.t().contiguous().t();
        int[] wanted = [.. Enumerable.Range(0, rows).Reverse()];
        var (near, other) = (new RowReader(scores, wanted, count), new RowReader(far, wanted, count));
        var (expected, actual) = (new Shortlist(), new Shortlist());
        for (var at = 0; at < rows; at++)
        {
            near.Read(at, count, expected);
            other.Read(at, count, actual);
            var values = scores[wanted[at]].data<float>().ToArray();
            var bar = count == 0 || count >= vocabulary ? float.MinValue : values.OrderDescending().ElementAt(count - 1);
            var ids = Enumerable.Range(0, vocabulary).Where(id => values[id] >= bar && !float.IsNegativeInfinity(values[id]));
            Assert.Equal(ids.Select(id => (id, values[id])), expected.Candidates.ToArray().Select(each => (each.Id, each.Logit)));
            Assert.Equal(ids.Select(id => (id, values[id])), actual.Candidates.ToArray().Select(each => (each.Id, each.Logit)).OrderBy(each => each.Id));
        }
    }, iter: 150, threads: 1);
}
