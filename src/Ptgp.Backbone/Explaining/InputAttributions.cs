using static TorchSharp.torch;

namespace Ptgp.Backbone.Explaining;

/// <summary>Shares out scores among the places of what was read.</summary>
public static class InputAttributions
{
    /// <summary>Multiplies each vector by the gradient of a score there: what the score would change by to first order if the vector were taken away.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="input">What was read, <c>[rows, length, width]</c>.</param>
    /// <param name="cancellation">Ends it before it begins.</param>
    /// <returns>An attribution of each score.</returns>
    public static IReadOnlyList<InputAttribution> InputTimesGradient(InputScores scores, Tensor input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(input);
        cancellation.ThrowIfCancellationRequested();
        var values = InputSlopes.Read(input);
        var slopes = InputSlopes.At(scores, values, input.shape, input.device, each: true);
        var places = new Places(input.shape);
        return [.. slopes.Gradients.Select((gradient, i) => new InputAttribution { Values = places.Add(new double[places.Count], gradient, values, 1), Score = slopes.Scores[i] })];
    }

    /// <summary>Adds up gradients on the straight way from a baseline to what was read (Sundararajan et al. 2017): the shares add up to what the score gains on the way.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="input">What was read, <c>[rows, length, width]</c>.</param>
    /// <param name="baseline">What says nothing, of the same shape.</param>
    /// <param name="steps">At how many places of the way gradients are taken; more of them make the completeness error smaller.</param>
    /// <param name="each">Whether each score is shared out, or their sum alone.</param>
    /// <param name="cancellation">Ends it at the next step.</param>
    /// <exception cref="ArgumentException">The baseline has another shape.</exception>
    public static IReadOnlyList<InputAttribution> IntegratedGradients(InputScores scores, Tensor input, Tensor baseline, int steps, bool each, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(baseline);
        if (!input.shape.SequenceEqual(baseline.shape))
        {
            throw new ArgumentException($"The baseline must have the input's shape [{string.Join(", ", input.shape)}], but has [{string.Join(", ", baseline.shape)}].", nameof(baseline));
        }

        var (to, from) = (InputSlopes.Read(input), InputSlopes.Read(baseline));
        float[] way = [.. to.Zip(from, (end, start) => end - start)];
        var places = new Places(input.shape);
        double[][] sums = [];
        foreach (var (place, weight) in GaussLegendre.Points(steps))
        {
            cancellation.ThrowIfCancellationRequested();
            var slopes = InputSlopes.At(scores, [.. from.Zip(way, (start, length) => (float)(start + (place * length)))], input.shape, input.device, each);
            sums = sums.Length > 0 ? sums : [.. slopes.Gradients.Select(_ => new double[places.Count])];
            for (var i = 0; i < sums.Length; i++)
            {
                places.Add(sums[i], slopes.Gradients[i], way, weight);
            }
        }

        var (here, there) = (InputSlopes.ScoresAt(scores, to, input.shape, input.device), InputSlopes.ScoresAt(scores, from, input.shape, input.device));
        return [.. sums.Select((sum, i) => new InputAttribution
        {
            Values = sum,
            Score = Of(here, i),
            BaselineScore = Of(there, i),
            CompletenessError = sum.Sum() - (Of(here, i) - Of(there, i)),
        })];

        double Of(float[] all, int i) => each ? all[i] : all.Sum(score => (double)score);
    }

    // Products of gradients and vectors, summed over the width of each place.
    private readonly struct Places(long[] shape)
    {
        public int Count => (int)(shape[0] * shape[1]);

        public double[] Add(double[] sums, float[] gradient, float[] vectors, double weight)
        {
            var width = (int)shape[2];
            for (var place = 0; place < sums.Length; place++)
            {
                var sum = 0.0;
                for (var i = place * width; i < (place + 1) * width; i++)
                {
                    sum += (double)gradient[i] * vectors[i];
                }

                sums[place] += weight * sum;
            }

            return sums;
        }
    }
}
