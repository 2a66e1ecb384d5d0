using Ptgp.Backbone.Generation.Rules;
using Ptgp.Backbone.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Takes the logits of a step to one more token for each of some sources that have as many rows and lists of candidates, all of them searched by beams or none.</summary>
/// <param name="beams">How many rows a source has.</param>
/// <param name="lists">How many lists of candidates.</param>
/// <param name="vocabulary">How many scores a row has.</param>
/// <param name="normalizes">Whether rules see log-probabilities, as in beam search, or logits.</param>
/// <param name="device">The device of the scores.</param>
internal sealed class Chooser(int beams, int lists, int vocabulary, bool normalizes, Device device)
{
    private readonly RuleRunner rules = new(beams, vocabulary, normalizes);
    private readonly Sampler sampler = new(beams, vocabulary);

    /// <summary>Goes on by one token; what goes wrong with a source ends it alone.</summary>
    /// <param name="logits"><c>[rows, vocabulary]</c>; changed in place.</param>
    /// <param name="sources">The sources, in the order of the rows.</param>
    public void Choose(Tensor logits, IReadOnlyList<SourceSearch> sources)
    {
        TakeProbabilities(logits, sources);
        var (sums, places) = sources.Any(source => source.Chooses) ? Candidates(logits, sources) : ([], []);
        var count = sums.Length / sources.Count;
        for (var slot = 0; slot < sources.Count; slot++)
        {
            var source = sources[slot];
            if (source.Chooses)
            {
                Guard(source, () => source.Advance(sums.AsSpan(slot * count, count), places.AsSpan(slot * count, count)));
            }
            else if (!source.HasEnded)
            {
                source.Give(source.GivenAt(source.Length));
            }
        }
    }

    /// <summary>Finds the candidates of each source, the best or those that are drawn: summed log-probabilities and places, each <c>[sources, lists, candidates]</c> in one array.</summary>
    private (float[] Sums, long[] Places) Candidates(Tensor logits, IReadOnlyList<SourceSearch> sources)
    {
        var (scores, normalizers) = rules.Run(logits, sources);
        var sums = new float[sources.Count * beams];
        for (var row = 0; row < sums.Length; row++)
        {
            sums[row] = sources[row / beams].Draws ? float.NegativeInfinity : sources[row / beams].SumOf(row % beams);
        }

        Answer(scores, normalizers, sources);
        var count = Math.Min(sources.Max(source => source.Candidates), beams / lists * vocabulary);
        if (!sources.Any(source => source.Draws))
        {
            return RowKernels.Best(scores, normalizers, sums, beams / lists, count);
        }

        var drawn = sampler.Draw(scores, normalizers, sources, count);
        if (sources.Any(source => source.Chooses && !source.Draws))
        {
            var best = RowKernels.Best(scores, normalizers, sums, beams, count);
            for (var slot = 0; slot < sources.Count; slot++)
            {
                if (!sources[slot].Draws)
                {
                    best.Sums.AsSpan(slot * count, count).CopyTo(drawn.Sums.AsSpan(slot * count));
                    best.Places.AsSpan(slot * count, count).CopyTo(drawn.Places.AsSpan(slot * count));
                }
            }
        }

        return drawn;
    }

    private void Answer(Tensor scores, Tensor normalizers, IReadOnlyList<SourceSearch> sources)
    {
        for (var slot = 0; slot < sources.Count; slot++)
        {
            var source = sources[slot];
            if (source.Chooses && source.Asked is { Count: > 0 } asked)
            {
                var sums = RowKernels.Sums(scores, normalizers, [.. asked.Select(place => ((long)slot * beams * vocabulary) + place)], place => source.SumOf((int)(place / vocabulary) - (slot * beams)));
                source.Answered = [.. asked.Zip(sums)];
            }
        }
    }

    private void TakeProbabilities(Tensor logits, IReadOnlyList<SourceSearch> sources)
    {
        for (var slot = 0; slot < sources.Count; slot++)
        {
            var source = sources[slot];
            var ids = source.Job.ProbabilitiesOf;
            if (ids.Count > 0 && !source.HasEnded && source.Length == source.ProbabilitiesAt)
            {
                var wanted = tensor(ids.Select(id => (long)id).ToArray(), device: device);
                source.Probabilities = Host.Floats(logits.select(0, slot * beams).softmax(0).index_select(0, wanted));
            }
        }
    }

    private static void Guard(SourceSearch source, Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // A fault in one request, in its rule or in what it is told, ends that request alone.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            source.Fail(fault);
        }
    }
}
