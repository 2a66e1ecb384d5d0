using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Says how a tokenizer cuts words.</summary>
public static class TokenizerKind
{
    /// <summary>The name of a tokenizer's model: <c>unigram</c>, <c>byte-pair</c>, <c>word-piece</c> or <c>word-level</c>; <c>other</c> for one that Ptgp did not load.</summary>
    public static string Of(ITokenizer tokenizer) => tokenizer is TextTokenizer { Model: var model } ? Name(model) : "other";

    private static string Name(TokenModel model) => model switch
    {
        UnigramModel => "unigram",
        BytePairModel => "byte-pair",
        WordPieceModel => "word-piece",
        WordLevelModel => "word-level",
        RenumberedModel { Inner: var inner } => Name(inner),
        _ => "other",
    };
}
