using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Toolkit.Speech;

/// <summary>
/// Whisper's grammar of times: they come in pairs, the end of a segment and the start of the next, they never fall, the first token is one, and one is
/// written whenever all of them together are likelier than the likeliest text.
/// </summary>
public sealed class TimestampRule(int zero, int end, int noTimes, int? latestFirst) : LogitsRule
{
    private static readonly Scalar Never = double.NegativeInfinity;

    /// <inheritdoc />
    public override void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
    {
        var count = written.Count - prefixLength;
        var (isTime, wasTime) = (count > 0 && written[^1] >= zero, count < 2 || written[^2] >= zero);
        scores[noTimes].fill_(Never);
        if (isTime && wasTime)
        {
            Forbid(scores, zero, scores.shape[0]);
        }
        else if (isTime)
        {
            Forbid(scores, 0, end);
        }

        for (var at = written.Count - 1; at >= prefixLength; at--)
        {
            if (written[at] >= zero)
            {
                // A segment lasts a step at least, or the same would be heard again and again.
                Forbid(scores, zero, isTime && !wasTime ? written[at] : written[at] + 1);
                break;
            }
        }

        if (count == 0)
        {
            Forbid(scores, 0, zero);
            Forbid(scores, latestFirst is { } latest ? Math.Min(zero + latest + 1, scores.shape[0]) : scores.shape[0], scores.shape[0]);
        }

        var (text, times) = (scores.narrow(0, 0, zero), scores.narrow(0, zero, scores.shape[0] - zero));
        text.masked_fill_(times.logsumexp(0).gt(text.max()), Never);
    }

    private static void Forbid(Tensor scores, long from, long to) => scores.narrow(0, from, to - from).fill_(Never);
}
