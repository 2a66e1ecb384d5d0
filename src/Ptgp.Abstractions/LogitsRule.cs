using static TorchSharp.torch;

namespace Ptgp;

/// <summary>Constrains what is written, a token at a time: a grammar, a list of allowed words. One instance serves one request.</summary>
/// <remarks>Override <see cref="Allowed"/> for rules that can name the next tokens, or <see cref="Apply"/> for rules that look at scores.</remarks>
public abstract class LogitsRule
{
    /// <summary>Names the token ids that may follow; null allows all.</summary>
    /// <param name="written">The ids so far, the prefix included, the start token not.</param>
    /// <param name="prefixLength">How many of them are prefix.</param>
    public virtual IReadOnlyCollection<int>? Allowed(IReadOnlyList<int> written, int prefixLength) => null;

    /// <summary>Changes the scores of one hypothesis in place, <c>[vocabulary]</c>: log-probabilities in beam search, logits otherwise. Synchronous, on the device's thread, without gradients, inside a scope of the host's.</summary>
    /// <param name="written">The ids so far, the prefix included, the start token not.</param>
    /// <param name="prefixLength">How many of them are prefix.</param>
    /// <param name="scores">The scores of the next token.</param>
    public virtual void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
    {
    }
}
