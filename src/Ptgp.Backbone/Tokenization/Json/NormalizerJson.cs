using System.Text;

using Ptgp.Backbone.Tokenization.Normalizers;
using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>Makes normalizers from a tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <summary>Makes the normalizer that a part describes; null when there is none.</summary>
    /// <exception cref="CheckpointException">It is of an unknown kind, or lacks something.</exception>
    public static Normalizer? Read(JsonPart part) => !part.Exists ? null : part.Type switch
    {
        "Sequence" => new SequenceNormalizer([.. part["normalizers"].Items().Select(Read).OfType<Normalizer>()]),
        "Precompiled" => ReadMap(part["precompiled_charsmap"]),
        "Replace" => new ReplaceNormalizer(ReadPattern(part["pattern"]), part.Text("content")),
        "Prepend" => new PrependNormalizer(part.Text("prepend")),
        "Strip" => new StripNormalizer(part.Flag("strip_left", true), part.Flag("strip_right", true)),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new AccentNormalizer(),
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
        "BertNormalizer" => ReadBert(part),
        _ => throw part.Unknown("normalizer", "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Precompiled, Prepend, Replace, Sequence, Strip and StripAccents"),
    };

    /// <summary>Makes a pattern: an object with 'String' or 'Regex', or a text alone.</summary>
    public static TextPattern ReadPattern(JsonPart part)
    {
        if (part["Regex"] is { Exists: true } regex)
        {
            return RegexPattern.For(regex.AsText(), part.Place);
        }

        return new LiteralPattern(part["String"] is { Exists: true } literal ? literal.AsText() : part.AsText());
    }

    private static PrecompiledNormalizer? ReadMap(JsonPart part)
    {
        if (!part.Exists || part.AsText().Length == 0)
        {
            return null;
        }

        return part.Value.TryGetBytesFromBase64(out var block)
            ? CharacterMap.Read(block, part.Place) is { } map ? new(map) : null
            : throw part.Fault("must be Base64", "not");
    }

    private static BertNormalizer ReadBert(JsonPart part)
    {
        var lowers = part.Flag("lowercase", true);
        return new(part.Flag("clean_text", true), part.Flag("handle_chinese_chars", true), part.Flag("strip_accents", lowers), lowers);
    }
}
