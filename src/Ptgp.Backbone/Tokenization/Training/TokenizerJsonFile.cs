using System.Text.Json.Nodes;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Makes the <c>tokenizer.json</c> of a trained tokenizer.</summary>
internal static class TokenizerJsonFile
{
    /// <summary>Makes the file.</summary>
    /// <param name="trained">What was trained.</param>
    /// <param name="added">The tokens that are found in the text itself.</param>
    public static JsonObject Make(TrainedPieces trained, IEnumerable<AddedToken> added) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. added.Select(Describe)]),
        ["normalizer"] = Normalizer(trained.Recipe),
        ["pre_tokenizer"] = PreTokenizer(trained.Recipe),
        ["post_processor"] = PostProcessor(trained),
        ["decoder"] = Decoder(trained.Recipe),
        ["model"] = trained.Recipe.Kind == PieceModelKind.Unigram ? Unigram(trained) : BytePairs(trained),
    };

    private static JsonObject Describe(AddedToken token)
    {
        var described = new JsonObject { ["id"] = token.Id };
        foreach (var (field, value) in TokenizerFiles.Describe(token))
        {
            described[field] = value?.DeepClone();
        }

        return described;
    }

    private static JsonObject? Normalizer(TokenizerRecipe recipe) => recipe.Layout.IsOfBytes || recipe.Normalization == TextNormalization.None
        ? null
        : new() { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(NmtNfkc.Map.Span) };

    private static JsonObject PreTokenizer(TokenizerRecipe recipe) => recipe.Layout.IsOfBytes ? Bytes() : new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            recipe.Normalization == TextNormalization.None ? new JsonObject { ["type"] = "CharDelimiterSplit", ["delimiter"] = " " } : new JsonObject { ["type"] = "WhitespaceSplit" },
            Metaspace()),
    };

    private static JsonObject Decoder(TokenizerRecipe recipe) => recipe.Layout.IsOfBytes ? Bytes() : !recipe.HasByteFallback ? Metaspace() : new()
    {
        ["type"] = "Sequence",
        ["decoders"] = new JsonArray(
            new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "▁" }, ["content"] = " " },
            new JsonObject { ["type"] = "ByteFallback" },
            new JsonObject { ["type"] = "Fuse" },
            new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
    };

    private static JsonObject Metaspace() => new() { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = "always", ["split"] = true };

    private static JsonObject Bytes() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };

    private static JsonObject? PostProcessor(TrainedPieces trained)
    {
        var layout = trained.Recipe.Layout;
        if (layout.IsOfBytes)
        {
            return Bytes();
        }

        // A second text begins anew where nothing ends the first; where both ends are marked it counts as another segment.
        var second = layout.Before.Count > 0 ? 1 : 0;
        IEnumerable<JsonNode> single = [.. Special(layout.Before, 0), Sequence("A", 0), .. Special(layout.Behind, 0)];
        IEnumerable<JsonNode> pair = [.. Special(layout.Before, 0), Sequence("A", 0), .. Special(layout.Behind, 0), .. Special(layout.Behind.Count == 0 ? layout.Before : [], second), Sequence("B", second), .. Special(layout.Behind, second)];
        return new()
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. single]),
            ["pair"] = new JsonArray([.. pair]),
            ["special_tokens"] = new JsonObject(layout.Before.Concat(layout.Behind).Select(token => KeyValuePair.Create<string, JsonNode?>(
                token, new JsonObject { ["id"] = token, ["ids"] = new JsonArray(trained.Find(token)), ["tokens"] = new JsonArray(token) }))),
        };

        static IEnumerable<JsonNode> Special(IEnumerable<string> tokens, int type) => tokens.Select(token => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } });
        static JsonObject Sequence(string id, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = type } };
    }

    private static JsonObject Unigram(TrainedPieces trained) => new()
    {
        ["type"] = "Unigram",
        ["unk_id"] = trained.Find(trained.Recipe.Layout.Unknown),
        ["vocab"] = new JsonArray([.. trained.Pieces.Select(piece => new JsonArray(piece.Text, (double)(float)piece.Score))]), // as exact as SentencePiece's own
        ["byte_fallback"] = trained.Recipe.HasByteFallback,
    };

    private static JsonObject BytePairs(TrainedPieces trained)
    {
        var isOfBytes = trained.Recipe.Layout.IsOfBytes;
        return new()
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = isOfBytes ? null : trained.Recipe.Layout.Unknown,
            ["continuing_subword_prefix"] = isOfBytes ? "" : null,
            ["end_of_word_suffix"] = isOfBytes ? "" : null,
            ["fuse_unk"] = !isOfBytes,
            ["byte_fallback"] = trained.Recipe.HasByteFallback,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(trained.Pieces.Select((piece, id) => KeyValuePair.Create<string, JsonNode?>(piece.Text, id))),
            ["merges"] = new JsonArray([.. (isOfBytes ? trained.Merges : Ways(trained)).Select(merge => new JsonArray(merge.Left, merge.Right))]),
        };
    }

    // SentencePiece joins any two neighbours that are a piece together, whichever way training made it.
    private static IEnumerable<(string Left, string Right)> Ways(TrainedPieces trained)
    {
        var known = trained.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Text).ToHashSet(StringComparer.Ordinal);
        return trained.Pieces.Where(piece => piece.Kind == PieceKind.Normal).OrderByDescending(piece => piece.Score)
            .SelectMany(piece => Enumerable.Range(1, piece.Text.Length - 1).Select(at => (Left: piece.Text[..at], Right: piece.Text[at..])))
            .Where(way => known.Contains(way.Left) && known.Contains(way.Right));
    }
}
