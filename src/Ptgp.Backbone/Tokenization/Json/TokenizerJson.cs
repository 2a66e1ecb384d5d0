using System.Text.Json;

using Ptgp.Backbone.Tokenization.Decoding;

namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>Makes a tokenizer from a <c>tokenizer.json</c>. Truncation and padding that it asks for are the host's affair and ignored.</summary>
internal static class TokenizerJson
{
    /// <summary>Loads a file.</summary>
    /// <exception cref="CheckpointException">It is broken, or asks for a component that is not known.</exception>
    public static TextTokenizer Load(string path, TokenizerSettings settings, TokenizerDefaults defaults)
    {
        using var document = TokenizerFile.ReadJson(path);
        var root = new JsonPart(document.RootElement, path);
        var tokens = ReadAdded(root["added_tokens"]);
        var special = tokens.Where(token => token.IsSpecial).Concat(settings.AddedTokens(_ => 0).Where(token => token.IsSpecial)).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        var (model, vocabulary, unknown) = ModelJson.Read(root["model"], path, special);
        var added = Join(tokens, settings, vocabulary, defaults.VocabularySize ?? int.MaxValue);
        foreach (var token in added)
        {
            TokenizerFile.AddEntry(vocabulary, token.Content, token.Id, path);
        }

        var normalizer = NormalizerJson.Read(root["normalizer"]);
        var (template, trimming) = PostProcessorJson.Read(root["post_processor"]);
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new(added, normalizer),
            PreTokenizer = PreTokenizerJson.Read(root["pre_tokenizer"]),
            Model = model,
            Template = template,
            Trimming = trimming,
            UnknownId = unknown,
        };
        var decoders = DecoderJson.Read(root["decoder"]);
        var cleans = settings.Flag("clean_up_tokenization_spaces", false);
        return new(side, side, added, _ => [.. decoders.Select(make => make()), .. cleans ? (DecodingStage[])[new CleanUpStage()] : []])
        {
            EndId = defaults.EndId ?? settings.FindEnd(vocabulary),
            PadId = defaults.PadId ?? settings.FindPad(vocabulary),
            TargetLanguage = settings.Text("tgt_lang"),
        };
    }

    private static List<AddedToken> ReadAdded(JsonPart part)
    {
        var tokens = new List<AddedToken>();
        if (part.Exists)
        {
            foreach (var item in part.Items())
            {
                tokens.Add(AddedTokenJson.Read(item.Value, item["id"].AsNumber()) ?? throw item.Fault("must be an object with 'content'", "none"));
            }
        }

        return tokens;
    }

    /// <summary>Joins the file's tokens with those that the files beside it add.</summary>
    private static List<AddedToken> Join(List<AddedToken> tokens, TokenizerSettings settings, Vocabulary vocabulary, int limit)
    {
        var joined = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            joined[token.Content] = token;
        }

        foreach (var token in settings.AddedTokens(entry => joined.TryGetValue(entry, out var known) ? known.Id : vocabulary.Find(entry), limit))
        {
            if (!joined.TryGetValue(token.Content, out var known))
            {
                joined.Add(token.Content, token);
            }
            else if (token.IsSpecial && !known.IsSpecial)
            {
                joined[token.Content] = known with { IsSpecial = true };
            }
        }

        return [.. joined.Values];
    }
}
