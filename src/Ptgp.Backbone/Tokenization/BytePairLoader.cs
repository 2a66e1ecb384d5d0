using Ptgp.Backbone.Tokenization.Decoding;
using Ptgp.Backbone.Tokenization.Json;
using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.PreTokenizers;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Makes byte-level tokenizers from <c>vocab.json</c> and <c>merges.txt</c>, as BART, RoBERTa, GPT-2 and Whisper have them.</summary>
internal static class BytePairLoader
{
    /// <summary>Loads the two files of a folder.</summary>
    /// <exception cref="CheckpointException">One of them is broken, or they do not belong together.</exception>
    public static TextTokenizer Load(TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var path = Path.Combine(settings.Folder, "vocab.json");
        var vocabulary = TokenizerFile.ReadVocabulary(path);
        var added = settings.AddedTokens(entry => vocabulary.Find(entry), defaults.VocabularySize ?? int.MaxValue).ToList();
        foreach (var entry in new[] { "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>" })
        {
            if (vocabulary.Find(entry) is var id and >= 0 && !added.Exists(token => token.Content == entry))
            {
                added.Add(new(id, entry) { IsSpecial = true, StripsLeft = entry == "<mask>" });
            }
        }

        foreach (var token in added)
        {
            TokenizerFile.AddEntry(vocabulary, token.Content, token.Id, settings.Folder);
        }

        var addsPrefix = settings.Flag("add_prefix_space", false);
        var (first, last) = (vocabulary.Find(settings.Role("cls_token") ?? "<s>"), vocabulary.Find(settings.Role("sep_token") ?? "</s>"));
        var isRoberta = first >= 0 && last >= 0 && settings.Text("tokenizer_class")?.StartsWith("GPT2", StringComparison.Ordinal) != true;
        var merges = ModelJson.ReadMerges(ReadMerges(Path.Combine(settings.Folder, "merges.txt")), vocabulary, "");
        var unknown = vocabulary.Find(settings.Role("unk_token") ?? "<unk>");
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new(added, null),
            PreTokenizer = new ByteLevelPreTokenizer(addsPrefix, splits: true),
            Model = new BytePairModel(vocabulary, merges),
            Template = isRoberta ? PostProcessorJson.Roberta(first, last) : Transcript(settings, vocabulary) ?? Template.Plain,
            Trimming = isRoberta && settings.Flag("trim_offsets", true) ? new() { TrimsBytes = true, AddsPrefix = addsPrefix } : null,
            UnknownId = unknown < 0 ? null : unknown,
        };
        var cleans = settings.Flag("clean_up_tokenization_spaces", false);
        return new(side, side, added, _ => cleans ? [new ByteLevelStage(), new CleanUpStage()] : [new ByteLevelStage()])
        {
            EndId = defaults.EndId ?? settings.FindEnd(vocabulary),
            PadId = defaults.PadId ?? settings.FindPad(vocabulary),
        };
    }

    // Whisper's: what is heard, in which language and for which task, and whether times are told; null for vocabularies without them.
    private static Template? Transcript(TokenizerSettings settings, Vocabulary vocabulary)
    {
        var (start, end) = (vocabulary.Find("<|startoftranscript|>"), vocabulary.Find(settings.Role("eos_token") ?? "<|endoftext|>"));
        if (start < 0 || end < 0)
        {
            return null;
        }

        string?[] entries = [settings.Text("language"), settings.Text("task"), settings.Flag("predict_timestamps", false) ? null : "notimestamps"];
        TemplatePart[] before = [TemplatePart.Special(start), .. entries.Select(entry => vocabulary.Find($"<|{entry}|>")).Where(id => id >= 0).Select(id => TemplatePart.Special(id))];
        return new([.. before, TemplatePart.Text(0), TemplatePart.Special(end)], [.. before, TemplatePart.Text(0), TemplatePart.Text(1, 1), TemplatePart.Special(end, 1)]);
    }

    private static IEnumerable<(string Left, string Right, string Place)> ReadMerges(string path)
    {
        var number = 0;
        foreach (var line in System.Text.Encoding.UTF8.GetString(TokenizerFile.ReadBytes(path)).Split('\n'))
        {
            number++;
            var text = line.TrimEnd('\r');
            if (text.Length == 0 || (number == 1 && text.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            var blank = text.IndexOf(' ', StringComparison.Ordinal);
            if (blank <= 0 || blank == text.Length - 1 || blank != text.LastIndexOf(' '))
            {
                throw new CheckpointException($"{path}({number}): a line must be two entries with a blank between them, but is '{text}'. Download the file again.");
            }

            yield return (text[..blank], text[(blank + 1)..], $"{path}({number})");
        }
    }
}
