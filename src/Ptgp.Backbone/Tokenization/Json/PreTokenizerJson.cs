using System.Text;

using Ptgp.Backbone.Tokenization.Patterns;
using Ptgp.Backbone.Tokenization.PreTokenizers;

namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>Makes pre-tokenizers from a tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    /// <summary>Makes the pre-tokenizer that a part describes; null when there is none.</summary>
    /// <exception cref="CheckpointException">It is of an unknown kind, or lacks something.</exception>
    public static PreTokenizer? Read(JsonPart part) => !part.Exists ? null : part.Type switch
    {
        "Sequence" => new SequencePreTokenizer([.. part["pretokenizers"].Items().Select(Read).OfType<PreTokenizer>()]),
        "Metaspace" => new MetaspacePreTokenizer(ReadMarker(part), ReadPrefix(part), part.Flag("split", true)),
        "ByteLevel" => new ByteLevelPreTokenizer(part.Flag("add_prefix_space", true), part.Flag("use_regex", true)),
        "Split" => new SplitPreTokenizer(NormalizerJson.ReadPattern(part["pattern"]), ReadSplitting(part), part.Flag("invert", false)),
        "WhitespaceSplit" => new SplitPreTokenizer(new CharacterPattern(Rune.IsWhiteSpace), Splitting.Removed),
        "Whitespace" => new SplitPreTokenizer(new WordPattern(), Splitting.Removed, isInverted: true),
        "Punctuation" => new SplitPreTokenizer(new CharacterPattern(CharacterKinds.IsPunctuation), ReadSplitting(part)),
        "Digits" => new SplitPreTokenizer(new CharacterPattern(CharacterKinds.IsNumber), part.Flag("individual_digits", false) ? Splitting.Isolated : Splitting.Contiguous),
        "CharDelimiterSplit" => new SplitPreTokenizer(new LiteralPattern(part.Text("delimiter")), Splitting.Removed),
        "BertPreTokenizer" => new SequencePreTokenizer([
            new SplitPreTokenizer(new CharacterPattern(Rune.IsWhiteSpace), Splitting.Removed),
            new SplitPreTokenizer(new CharacterPattern(CharacterKinds.IsPunctuation), Splitting.Isolated)]),
        _ => throw part.Unknown("pre-tokenizer", "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace and WhitespaceSplit"),
    };

    /// <summary>Gets the marker of a Metaspace component.</summary>
    public static char ReadMarker(JsonPart part)
        => part.Text("replacement", "▁") is [var marker] ? marker : throw part["replacement"].Fault("must be one character", $"'{part.Text("replacement")}'");

    /// <summary>Gets which words a Metaspace component marks; older files say it by 'add_prefix_space'.</summary>
    public static MetaspacePrefix ReadPrefix(JsonPart part)
    {
        var otherwise = part.Flag("add_prefix_space", true) ? "always" : "never";
        return part.Text("prepend_scheme", otherwise) switch
        {
            "always" => MetaspacePrefix.Always,
            "first" => MetaspacePrefix.First,
            "never" => MetaspacePrefix.Never,
            var other => throw part["prepend_scheme"].Fault("must be always, first or never", $"'{other}'"),
        };
    }

    private static Splitting ReadSplitting(JsonPart part)
        => Enum.TryParse<Splitting>(part.Text("behavior", "Isolated"), out var splitting) && Enum.IsDefined(splitting)
            ? splitting
            : throw part["behavior"].Fault($"must be one of {string.Join(", ", Enum.GetNames<Splitting>())}", $"'{part.Text("behavior")}'");
}
