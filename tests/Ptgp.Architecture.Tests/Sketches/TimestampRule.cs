using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

/// <summary>Whisper's grammar: timestamps come in pairs, never fall, and are written whenever they are likelier than any text together.</summary>
internal sealed class TimestampRule(ITokenizer tokenizer) : LogitsRule
{
    private const int LatestFirst = 50; // 1 s
    private readonly int zero = tokenizer.TryFind("<|0.00|>", out var id) ? id : throw new InvalidOperationException("The vocabulary has no timestamps.");

    public bool IsTime(int token) => token >= zero;

    /// <summary>Up to which frame of a window was written.</summary>
    public int Reach(IReadOnlyList<int> ids, int window) => ids.LastOrDefault(IsTime) is var time && time > zero ? 2 * (time - zero) : window;

    #region quote
    public override void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
    {
        var count = written.Count - prefixLength;
        var (isTime, wasTime) = (count > 0 && IsTime(written[^1]), count < 2 || IsTime(written[^2]));
        if (isTime && wasTime)
        {
            Forbid(scores, zero, scores.shape[0]); // one stretch has ended and another begun: its text follows
        }
        else if (isTime)
        {
            Forbid(scores, 0, tokenizer.EndId); // a stretch has ended: another begins, or nothing more comes
        }

        if (written.Skip(prefixLength).LastOrDefault(IsTime) is var time and > 0)
        {
            Forbid(scores, zero, isTime && !wasTime ? time : time + 1);
        }

        if (count == 0)
        {
            Forbid(scores, 0, zero);
            Forbid(scores, zero + LatestFirst + 1, scores.shape[0]);
        }

        var text = scores[..zero];
        text.masked_fill_(scores[zero..].logsumexp(0) > text.max(), float.NegativeInfinity); // decided on the device: nothing waits
    }
    #endregion

    private static void Forbid(Tensor scores, long from, long to) => scores[(int)from..(int)to].fill_(float.NegativeInfinity);
}
