namespace Ptgp.Backbone;

/// <summary>What a fresh checkpoint must know of the tokenizer beside it.</summary>
/// <param name="Count">How many ids there are.</param>
/// <param name="End">The id that ends a sequence; null where the shape has none.</param>
/// <param name="Pad">The id that fills up a batch; null where the shape has none.</param>
internal sealed record FreshVocabulary(int Count, int? End, int? Pad);
