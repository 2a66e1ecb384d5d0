namespace Ptgp.Backbone.Tokenization;

/// <summary>What a checkpoint's <c>config.json</c> says about its vocabulary; what it leaves out is null.</summary>
public sealed record TokenizerDefaults
{
    /// <summary>Gets the id that ends a sequence (<c>eos_token_id</c>; the first of several).</summary>
    public int? EndId { get; init; }

    /// <summary>Gets the id that fills up a batch (<c>pad_token_id</c>).</summary>
    public int? PadId { get; init; }

    /// <summary>Gets the id that starts what the backbone writes (<c>decoder_start_token_id</c>, else <c>bos_token_id</c>).</summary>
    public int? StartId { get; init; }

    /// <summary>Gets how many ids the family's tokenizer puts before SentencePiece's own pieces (Pegasus: 103).</summary>
    public int PieceOffset { get; init; }

    /// <summary>Gets the languages that the family's tokenizer numbers behind its pieces where no file names any (mBART: 25).</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Gets how many ids the backbone knows (<c>vocab_size</c>); added tokens beyond them are left out, for the backbone has no weights for them.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Gets whether its languages can be chosen; English-only Whisper has the entries of all, and was taught none (<c>is_multilingual</c>).</summary>
    /// <value>The default is true.</value>
    public bool IsMultilingual { get; init; } = true;
}
