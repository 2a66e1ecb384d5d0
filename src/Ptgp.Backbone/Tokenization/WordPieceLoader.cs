using System.Text;

using Ptgp.Backbone.Tokenization.Decoding;
using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.Normalizers;
using Ptgp.Backbone.Tokenization.Patterns;
using Ptgp.Backbone.Tokenization.PreTokenizers;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Makes tokenizers from <c>vocab.txt</c>, an entry a line, as BERT and its kin have it.</summary>
internal static class WordPieceLoader
{
    private const string Prefix = "##";

    // The most characters of a word that is cut.
    private const int Longest = 100;

    /// <summary>Loads the file of a folder.</summary>
    /// <exception cref="CheckpointException">It is broken, or lacks a token that stands around texts.</exception>
    public static TextTokenizer Load(TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var path = Path.Combine(settings.Folder, "vocab.txt");
        var vocabulary = Read(path);
        var added = settings.AddedTokens(entry => vocabulary.Find(entry), defaults.VocabularySize ?? int.MaxValue).ToList();
        var (first, last, unknown) = (Special("cls_token", "[CLS]"), Special("sep_token", "[SEP]"), Special("unk_token", "[UNK]"));
        foreach (var entry in new[] { settings.Role("pad_token") ?? "[PAD]", settings.Role("mask_token") ?? "[MASK]" })
        {
            Add(vocabulary.Find(entry), entry);
        }

        foreach (var token in added)
        {
            TokenizerFile.AddEntry(vocabulary, token.Content, token.Id, path);
        }

        var special = added.Where(token => token.IsSpecial).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        var lowers = settings.Flag("do_lower_case", true);
        var normalizer = new BertNormalizer(cleans: true, settings.Flag("tokenize_chinese_chars", true), settings.Flag("strip_accents", lowers), lowers);
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new(added, normalizer),
            PreTokenizer = new SequencePreTokenizer([
                new SplitPreTokenizer(new CharacterPattern(Rune.IsWhiteSpace), Splitting.Removed),
                new SplitPreTokenizer(new CharacterPattern(CharacterKinds.IsPunctuation), Splitting.Isolated)]),
            Model = new WordPieceModel(vocabulary.Entries.Where(entry => !special.Contains(entry.Key)), Prefix, unknown, Longest),
            Template = Template.Bert(first, last),
            UnknownId = unknown,
        };
        var cleans = settings.Flag("clean_up_tokenization_spaces", false);
        return new(side, side, added, _ => [new WordPieceStage(Prefix, cleans: true), .. cleans ? (DecodingStage[])[new CleanUpStage()] : []])
        {
            EndId = defaults.EndId ?? settings.FindEnd(vocabulary),
            PadId = defaults.PadId ?? settings.FindPad(vocabulary),
        };

        int Special(string role, string otherwise)
        {
            var entry = settings.Role(role) ?? otherwise;
            var id = vocabulary.Find(entry);
            Add(id, entry);
            return id >= 0 ? id : throw new CheckpointException($"{path}: the vocabulary must hold the {role} '{entry}', but does not. Use the vocabulary that belongs to this checkpoint.");
        }

        void Add(int id, string entry)
        {
            if (id >= 0 && !added.Exists(token => token.Content == entry))
            {
                added.Add(new(id, entry) { IsSpecial = true });
            }
        }
    }

    private static Vocabulary Read(string path)
    {
        string[] lines;
        try
        {
            lines = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(TokenizerFile.ReadBytes(path)).Split('\n');
        }
        catch (DecoderFallbackException problem)
        {
            throw new CheckpointException($"{path} must be UTF-8, but is not. Download the file again.", problem);
        }

        var count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        var vocabulary = new Vocabulary(count);
        for (var id = 0; id < count; id++)
        {
            vocabulary.Add(lines[id].TrimEnd('\r'), id);
        }

        return vocabulary.Count > 0 ? vocabulary : throw new CheckpointException($"{path} must hold a vocabulary, but is empty. Download the file again.");
    }
}
