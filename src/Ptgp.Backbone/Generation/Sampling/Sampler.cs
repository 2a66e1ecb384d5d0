using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation.Sampling;

/// <summary>Draws what follows, for the sources of a batch that draw.</summary>
/// <param name="beams">How many rows a source has.</param>
/// <param name="vocabulary">How many scores a row has.</param>
internal sealed class Sampler(int beams, int vocabulary)
{
    private readonly Shortlist list = new();
    private readonly PriorityQueue<(float Sum, long Place), double> drawn = new();

    /// <summary>Draws candidates.</summary>
    /// <param name="scores">Scores after the rules, <c>[rows, vocabulary]</c>; they stay as they are.</param>
    /// <param name="normalizers">What is taken from each row to make log-probabilities, <c>[rows]</c>.</param>
    /// <param name="sources">The sources, in the order of the rows.</param>
    /// <param name="count">How much room each source has for its candidates.</param>
    /// <returns>Summed log-probabilities and places, as <see cref="RowKernels.Best(Tensor, Tensor?, float[], int, int)"/> gives them; without beams one candidate for each row, in the order of the rows.</returns>
    public (float[] Sums, long[] Places) Draw(Tensor scores, Tensor normalizers, IReadOnlyList<SourceSearch> sources, int count)
    {
        int[] rows = [.. Enumerable.Range(0, sources.Count * beams).Where(row => sources[row / beams].Draws && !float.IsNegativeInfinity(sources[row / beams].SumOf(row % beams)))];
        var wanted = rows.Select(row => Cuts.Likeliest(sources[row / beams].Options)).ToArray();
        var reader = new RowReader(scores, rows, wanted.Contains(0) ? 0 : wanted.Max());
        var normal = Host.Floats(normalizers);
        var (sums, places) = (new float[sources.Count * count], new long[sources.Count * count]);
        Array.Fill(sums, float.NegativeInfinity);
        for (var i = 0; i < rows.Length; i++)
        {
            var (slot, beam) = Math.DivRem(rows[i], beams);
            var source = sources[slot];
            var normalizer = normal[rows[i]];
            var (at, isLast) = (slot * count, i + 1 == rows.Length || rows[i + 1] / beams != slot);
            reader.Read(i, wanted[i], list);
            if (list.Count > 0)
            {
                Cuts.Make(list, source.Options, source.SeesLogProbabilities ? normalizer : 0);
            }

            if (source.SeesLogProbabilities)
            {
                Collect(source, beam);
                Hand(isLast, sums.AsSpan(at, count), places.AsSpan(at, count));
            }
            else if (list.Count > 0)
            {
                var chosen = list.Draw(source.NoiseOf(beam));
                (sums[at + beam], places[at + beam]) = (source.SumOf(beam) + (chosen.Logit - normalizer), Place(beam, chosen.Id));
            }

            if (!float.IsFinite(normalizer) && !float.IsNegativeInfinity(normalizer))
            {
                sums[at] = float.NaN;                             // whoever reads it says what is wrong
            }
        }

        return (sums, places);
    }

    private long Place(int beam, int id) => ((long)beam * vocabulary) + id;

    // The hypotheses of all beams are drawn together, without putting back.
    private void Collect(SourceSearch source, int beam)
    {
        var (noise, sum) = (source.NoiseOf(beam), source.SumOf(beam));
        foreach (var candidate in list.Candidates)
        {
            var total = (float)(sum + candidate.Score);
            var value = total + noise.Of(candidate.Id);
            if (drawn.Count < source.Candidates)
            {
                drawn.Enqueue((total, Place(beam, candidate.Id)), value);
            }
            else
            {
                drawn.EnqueueDequeue((total, Place(beam, candidate.Id)), value);
            }
        }
    }

    // What was drawn, best first, once the last beam is there.
    private void Hand(bool isLast, Span<float> sums, Span<long> places)
    {
        if (!isLast)
        {
            return;
        }

        var best = drawn.UnorderedItems.Select(item => item.Element).OrderByDescending(item => item.Sum).ThenBy(item => item.Place).ToArray();
        drawn.Clear();
        for (var i = 0; i < Math.Min(best.Length, sums.Length); i++)
        {
            (sums[i], places[i]) = best[i];
        }
    }
}
