using System.Text;
using System.Text.Json.Nodes;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Writes the files of a trained tokenizer, as its layout has them.</summary>
internal static class TokenizerFiles
{
    /// <summary>Writes them into a folder.</summary>
    public static void Write(string folder, TrainedPieces trained)
    {
        var layout = trained.Recipe.Layout;
        var added = AddedTokens(trained);
        if (layout.AddsPad)
        {
            SentencePieceFile.Write(In("source.spm"), trained);
            SentencePieceFile.Write(In("target.spm"), trained);
            CompanionFiles.Write(In("vocab.json"), Vocabulary(trained.Pieces.Select(piece => piece.Text).Append(layout.Pad!)));
        }

        if (layout.SentencePiece is { } name)
        {
            SentencePieceFile.Write(In(name), trained);
        }

        if (layout.IsOfBytes)
        {
            // What was trained alone: the reference numbers added tokens beside it.
            CompanionFiles.Write(In("vocab.json"), Vocabulary(trained.Pieces.Select(piece => piece.Text)));
            File.WriteAllText(In("merges.txt"), string.Concat(trained.Merges.Select(merge => $"{merge.Left} {merge.Right}\n").Prepend("#version: 0.2\n")), new UTF8Encoding(false));
        }

        if (layout.HasJson)
        {
            CompanionFiles.Write(In("tokenizer.json"), TokenizerJsonFile.Make(trained, added));
        }

        CompanionFiles.Write(In("special_tokens_map.json"), Roles(layout));
        CompanionFiles.Write(In("tokenizer_config.json"), Settings(trained, added));

        string In(string name) => Path.Combine(folder, name);
    }

    /// <summary>Gets the tokens that are found in the text itself: special ones, sentinels, symbols.</summary>
    private static List<AddedToken> AddedTokens(TrainedPieces trained)
    {
        var layout = trained.Recipe.Layout;
        var tokens = layout.First.Concat(layout.Last).Select(token => new AddedToken(trained.Find(token), token) { IsSpecial = true })
            .Concat(trained.Recipe.Symbols.Select(symbol => new AddedToken(trained.Find(symbol), symbol)));
        tokens = layout.AddsPad ? tokens.Append(new(trained.Pieces.Count, layout.Pad!) { IsSpecial = true }) : tokens;
        var sentinels = Enumerable.Range(0, layout.Sentinels).Select(i => new AddedToken(trained.Pieces.Count + layout.Sentinels - 1 - i, $"<extra_id_{i}>") { IsSpecial = true });
        return [.. tokens.Concat(sentinels).OrderBy(token => token.Id)];
    }

    private static JsonObject Settings(TrainedPieces trained, List<AddedToken> added)
    {
        var layout = trained.Recipe.Layout;
        var settings = new JsonObject
        {
            ["added_tokens_decoder"] = new JsonObject(added.Select(token => KeyValuePair.Create<string, JsonNode?>($"{token.Id}", Describe(token)))),
            ["clean_up_tokenization_spaces"] = false,
            ["tokenizer_class"] = layout.Class,
        };
        foreach (var (role, token) in Roles(layout))
        {
            settings[role] = token?.DeepClone();
        }

        foreach (var (field, value) in layout.Settings)
        {
            settings[field] = value;
        }

        if (layout.Sentinels > 0)
        {
            settings["extra_ids"] = layout.Sentinels;
            settings["additional_special_tokens"] = new JsonArray([.. Enumerable.Range(0, layout.Sentinels).Select(i => JsonValue.Create($"<extra_id_{i}>"))]);
        }

        return settings;
    }

    /// <summary>Describes an added token as the reference does.</summary>
    internal static JsonObject Describe(AddedToken token) => new()
    {
        ["content"] = token.Content,
        ["single_word"] = token.IsWord,
        ["lstrip"] = token.StripsLeft,
        ["rstrip"] = token.StripsRight,
        ["normalized"] = token.IsNormalized,
        ["special"] = token.IsSpecial,
    };

    private static JsonObject Roles(TokenizerLayout layout)
    {
        var roles = new JsonObject();
        foreach (var (role, token) in (ReadOnlySpan<(string, string?)>)[("bos_token", layout.Begin), ("eos_token", layout.End), ("pad_token", layout.Pad), ("unk_token", layout.Unknown), .. layout.Roles])
        {
            if (token is not null)
            {
                roles[role] = token;
            }
        }

        return roles;
    }

    private static JsonObject Vocabulary(IEnumerable<string> texts) => new(texts.Select((text, id) => KeyValuePair.Create<string, JsonNode?>(text, id)));
}
