using Ptgp.Backbone.Tokenization.Decoding;
using Ptgp.Backbone.Tokenization.PreTokenizers;

namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>Makes decoders from a tokenizer.json.</summary>
internal static class DecoderJson
{
    /// <summary>Makes what makes the stages that a part describes; they are made anew for each sequence.</summary>
    /// <exception cref="CheckpointException">It is of an unknown kind, or lacks something.</exception>
    public static IReadOnlyList<Func<DecodingStage>> Read(JsonPart part)
    {
        if (!part.Exists)
        {
            return [() => new JoinStage()];
        }

        return part.Type == "Sequence" ? [.. part["decoders"].Items().SelectMany(Read)] : [ReadOne(part)];
    }

    private static Func<DecodingStage> ReadOne(JsonPart part)
    {
        switch (part.Type)
        {
            case "ByteLevel":
                return () => new ByteLevelStage();
            case "ByteFallback":
                return () => new ByteFallbackStage();
            case "Fuse":
                return () => new FuseStage();
            case "Metaspace":
                var (marker, drops) = (PreTokenizerJson.ReadMarker(part), PreTokenizerJson.ReadPrefix(part) != MetaspacePrefix.Never);
                return () => new MetaspaceStage(marker, drops);
            case "Replace":
                var (pattern, replacement) = (NormalizerJson.ReadPattern(part["pattern"]), part.Text("content"));
                return () => new ReplaceStage(pattern, replacement);
            case "Strip":
                var wanted = part.Text("content", " ") is [var one] ? one : throw part["content"].Fault("must be one character", $"'{part.Text("content")}'");
                var (start, end) = (part.Number("start") ?? 0, part.Number("stop") ?? 0);
                return () => new StripStage(wanted, start, end);
            case "WordPiece":
                var (prefix, cleans) = (part.Text("prefix", "##"), part.Flag("cleanup", true));
                return () => new WordPieceStage(prefix, cleans);
            case "BPEDecoder":
                var suffix = part.Text("suffix", "</w>");
                return () => new SuffixStage(suffix);
            default:
                throw part.Unknown("decoder", "BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip and WordPiece");
        }
    }
}
