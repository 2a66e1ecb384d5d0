using System.Text.Json;

using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>Makes models and their vocabularies from a tokenizer.json.</summary>
internal static class ModelJson
{
    /// <summary>Reads a model.</summary>
    /// <param name="part">The part that describes it.</param>
    /// <param name="path">The file.</param>
    /// <param name="special">The special tokens, which text never becomes by way of the model.</param>
    /// <exception cref="CheckpointException">It is of an unknown kind, or lacks something.</exception>
    public static (TokenModel Model, Vocabulary Vocabulary, int? UnknownId) Read(JsonPart part, string path, IReadOnlySet<string> special)
    {
        // Older files leave the kind out: merges tell byte pairs, a list of scores a unigram model.
        var type = part.Text("type", part["merges"].Exists ? "BPE" : part["vocab"].Value.ValueKind == JsonValueKind.Array ? "Unigram" : "WordPiece");
        return type switch
        {
            "Unigram" => ReadUnigram(part, path, special),
            "BPE" => ReadBytePair(part, path, special),
            "WordPiece" => ReadWordPiece(part, path, special),
            "WordLevel" => ReadWordLevel(part, path, special),
            _ => throw part.Unknown("model", "BPE, Unigram, WordLevel and WordPiece"),
        };
    }

    /// <summary>Reads merges: pairs, or texts with a blank between the two.</summary>
    public static List<(int Left, int Right, int Joined)> ReadMerges(IEnumerable<(string Left, string Right, string Place)> merges, Vocabulary vocabulary, string prefix)
    {
        var result = new List<(int, int, int)>();
        foreach (var (left, right, place) in merges)
        {
            var joined = prefix.Length > 0 && right.StartsWith(prefix, StringComparison.Ordinal) ? left + right[prefix.Length..] : left + right;
            var ids = (vocabulary.Find(left), vocabulary.Find(right), vocabulary.Find(joined));
            if (ids is not ( >= 0, >= 0, >= 0))
            {
                throw new CheckpointException($"{place}: '{left}', '{right}' and '{joined}' must be in the vocabulary, but not all are. Use the vocabulary that belongs to these merges.");
            }

            result.Add(ids);
        }

        return result;
    }

    private static (TokenModel Model, Vocabulary Vocabulary, int? UnknownId) ReadUnigram(JsonPart part, string path, IReadOnlySet<string> special)
    {
        var list = part["vocab"];
        var unknown = part.Number("unk_id");
        if (list.Value.ValueKind != JsonValueKind.Array)
        {
            throw list.Fault("must be a list of pieces and their scores", TokenizerFile.Say(list.Value.ValueKind));
        }

        var count = list.Value.GetArrayLength();
        if (unknown >= count)
        {
            throw part["unk_id"].Fault($"must be below the {count} pieces", $"{unknown}");
        }

        var vocabulary = new Vocabulary(count);
        var pieces = new List<ScoredPiece>(count);
        var (lowest, id) = (double.MaxValue, 0);
        foreach (var item in list.Value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[0].ValueKind != JsonValueKind.String
                || item[1].ValueKind != JsonValueKind.Number || !item[1].TryGetDouble(out var score) || !double.IsFinite(score))
            {
                throw new CheckpointException($"{list.Place}[{id}] must be a list of a piece and its score, but is not. Download the file again.");
            }

            var text = new JsonPart(item[0], list.Place).AsText();
            TokenizerFile.AddEntry(vocabulary, text, id, path);
            lowest = Math.Min(lowest, score);
            if (id != unknown && text.Length > 0 && !special.Contains(text))
            {
                pieces.Add(new(id, text, score));
            }

            id++;
        }

        var model = new UnigramModel(pieces, lowest, unknown ?? -1, isSinglePrecision: false) { Bytes = part.Flag("byte_fallback", false) ? Bytes(vocabulary) : null };
        return (model, vocabulary, unknown);
    }

    private static (TokenModel Model, Vocabulary Vocabulary, int? UnknownId) ReadBytePair(JsonPart part, string path, IReadOnlySet<string> special)
    {
        var vocabulary = ReadVocabulary(part["vocab"], path);
        var unknown = part.Text("unk_token", "") is { Length: > 0 } entry ? vocabulary.Find(entry) : -1;
        var prefix = part.Text("continuing_subword_prefix", "");
        var merges = part["merges"];
        if (merges.Value.ValueKind != JsonValueKind.Array)
        {
            throw merges.Fault("must be a list", TokenizerFile.Say(merges.Value.ValueKind));
        }

        var reserved = special.Select(token => vocabulary.Find(token)).ToHashSet();
        var model = new BytePairModel(vocabulary, ReadMerges(Pairs(merges), vocabulary, prefix))
        {
            UnknownId = unknown,
            FusesUnknown = part.Flag("fuse_unk", false),
            Bytes = part.Flag("byte_fallback", false) ? Bytes(vocabulary) : null,
            TakesWholeWords = part.Flag("ignore_merges", false),
            Prefix = prefix,
            Suffix = part.Text("end_of_word_suffix", ""),
            IsReserved = reserved.Contains,
        };
        return (model, vocabulary, unknown < 0 ? null : unknown);
    }

    private static (TokenModel Model, Vocabulary Vocabulary, int? UnknownId) ReadWordPiece(JsonPart part, string path, IReadOnlySet<string> special)
    {
        var vocabulary = ReadVocabulary(part["vocab"], path);
        var unknown = vocabulary.Find(part.Text("unk_token", "[UNK]"));
        var entries = vocabulary.Entries.Where(entry => !special.Contains(entry.Key));
        var model = new WordPieceModel(entries, part.Text("continuing_subword_prefix", "##"), unknown, part.Number("max_input_chars_per_word") ?? 100);
        return (model, vocabulary, unknown < 0 ? null : unknown);
    }

    private static (TokenModel Model, Vocabulary Vocabulary, int? UnknownId) ReadWordLevel(JsonPart part, string path, IReadOnlySet<string> special)
    {
        var vocabulary = ReadVocabulary(part["vocab"], path);
        var entry = part.Text("unk_token", "<unk>");
        var unknown = vocabulary.Find(entry);
        return unknown < 0
            ? throw part["unk_token"].Fault("must be in the vocabulary, for words that are not", $"'{entry}'")
            : (new WordLevelModel(vocabulary.Entries.Where(each => !special.Contains(each.Key)), unknown), vocabulary, unknown);
    }

    private static Vocabulary ReadVocabulary(JsonPart part, string path)
    {
        if (part.Value.ValueKind != JsonValueKind.Object)
        {
            throw part.Fault("must be an object of entries and their ids", part.Exists ? TokenizerFile.Say(part.Value.ValueKind) : "absent");
        }

        var vocabulary = new Vocabulary(part.Value.GetPropertyCount());
        foreach (var property in part.Value.EnumerateObject())
        {
            TokenizerFile.AddEntry(vocabulary, property.Name, property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var id) ? id : -1, path);
        }

        return vocabulary;
    }

    private static IEnumerable<(string Left, string Right, string Place)> Pairs(JsonPart merges)
    {
        var index = 0;
        foreach (var item in merges.Value.EnumerateArray())
        {
            var part = new JsonPart(item, $"{merges.Place}[{index++}]");
            if (item.ValueKind == JsonValueKind.String)
            {
                var text = part.AsText();
                var blank = text.IndexOf(' ', StringComparison.Ordinal);
                if (blank <= 0 || blank != text.LastIndexOf(' '))
                {
                    throw part.Fault("must be two entries with a blank between them", $"'{text}'");
                }

                yield return (text[..blank], text[(blank + 1)..], part.Place);
                continue;
            }

            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2)
            {
                throw part.Fault("must be a list of two entries", TokenizerFile.Say(item.ValueKind));
            }

            yield return (new JsonPart(item[0], part.Place).AsText(), new JsonPart(item[1], part.Place).AsText(), part.Place);
        }
    }

    private static int[]? Bytes(Vocabulary vocabulary)
    {
        var ids = Enumerable.Range(0, 256).Select(value => vocabulary.Find($"<0x{value:X2}>")).ToArray();
        return ids.Contains(-1) ? null : ids;
    }
}
