using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Summarization;

/// <summary>Forbids the end while there are too few sentences, and everything else once there is one too many.</summary>
internal sealed class SentenceRule(ITokenizer tokenizer, SentenceLimits limits, IReadOnlyList<int> ends) : LogitsRule
{
    // It stays: one made in passing may be collected while libtorch reads it.
    private static readonly Scalar never = float.NegativeInfinity;

    /// <inheritdoc />
    public override void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
    {
        var text = tokenizer.Decode(written);
        if (limits.Lacks(text))
        {
            scores.index_fill_(0, Ends(scores), never);
        }
        else if (limits.Exceeds(text))
        {
            // Where the options forbid the end, such as minNewTokens, writing goes on, and what is too much is cut off.
            var kept = scores.index_select(0, Ends(scores));                                               // [ends]
            if (!kept.isneginf().all().item<bool>())
            {
                scores.fill_(never).index_copy_(0, Ends(scores), kept);
            }
        }
    }

    private Tensor Ends(Tensor scores) => tensor(ends.Select(id => (long)id).ToArray(), device: scores.device);
}
