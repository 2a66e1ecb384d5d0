namespace Ptgp.Backbone.Generation;

/// <summary>What decoding must know of a backbone beside its scores.</summary>
/// <param name="Vocabulary">How many ids it can write.</param>
/// <param name="StartId">The id every sequence starts from.</param>
/// <param name="EndId">The id that ends a sequence when the options name none.</param>
/// <param name="MaxLength">The longest sequence it can write, the start token included; <see cref="int.MaxValue"/> when nothing bounds it.</param>
/// <param name="WritesOn">Whether it writes on from what it reads, so that a sequence begins with that and not with the start token.</param>
public sealed record DecoderFacts(int Vocabulary, int StartId, int EndId, int MaxLength = int.MaxValue, bool WritesOn = false)
{
    /// <summary>Gets the tokenizer whose vocabulary it is, by which forms are kept to; null where none will be.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Gets the facts of a backbone.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="adapter">What a task has learned on it: virtual tokens take the places of written ones.</param>
    public static DecoderFacts Of(TransformerConfig config, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new(config.OutputVocabulary, config.StartId, config.EndId, config.MaxPositions > 0 ? config.MaxPositions - (adapter?.Ahead(config) ?? 0) : int.MaxValue, config.Encoder is null);
    }
}
