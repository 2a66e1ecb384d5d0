using System.Text.Json;

using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>A text of a golden file and what the reference makes of it.</summary>
internal sealed class Golden
{
    private readonly JsonElement row;

    private Golden(JsonElement row)
    {
        this.row = row;
    }

    public string Text => row.GetProperty("text").GetString()!;

    public IReadOnlyList<int> Ids => Integers(row.GetProperty("ids"));

    public IReadOnlyList<string> Tokens => [.. row.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)];

    public string? Decoded => String("decoded");

    public string? DecodedWithoutSpecial => String("decoded_skip_special");

    public bool IsTarget => Option("text_target") is { ValueKind: JsonValueKind.True };

    public EncodingOptions Options => new()
    {
        ParseSpecialTokens = true,
        IsTarget = IsTarget,
        Pair = Option("text_pair")?.GetString(),
        Language = Option(IsTarget ? "tgt_lang" : "src_lang")?.GetString(),
        AddSpecialTokens = Option("add_special_tokens") is not { ValueKind: JsonValueKind.False },
        MaxLength = Option("max_length")?.GetInt32() ?? int.MaxValue,
    };

    /// <summary>Gets the characters of each token in UTF-16 units; null when the reference's tokenizer knows none.</summary>
    public IReadOnlyList<(int Start, int End)>? Offsets
    {
        get
        {
            if (!row.TryGetProperty("offsets", out var offsets))
            {
                return null;
            }

            // Tokens of a pair's second text come after its first special token, and count from that text's start.
            var texts = new Queue<string>([Text, .. Options.Pair is { } pair ? [pair] : Array.Empty<string>()]);
            var (text, last) = (texts.Dequeue(), 0);
            var result = new List<(int, int)>();
            foreach (var offset in offsets.EnumerateArray())
            {
                var (start, end) = (offset[0].GetInt32(), offset[1].GetInt32());
                if (start < last && texts.Count > 0 && end > 0)
                {
                    text = texts.Dequeue();
                }

                last = end > 0 ? start : last;
                result.Add((Units(text, start), Units(text, end)));
            }

            return result;
        }
    }

    /// <summary>Gets what the reference's slow tokenizer, which reads the model's own files, answers where it differs.</summary>
    public IReadOnlyList<int> SlowIds => row.TryGetProperty("slow", out var slow) && slow.TryGetProperty("ids", out var ids) ? Integers(ids) : Ids;

    public string SlowDecoded => Slow("decoded") ?? Decoded!;

    public string SlowDecodedWithoutSpecial => Slow("decoded_skip_special") ?? DecodedWithoutSpecial!;

    public static IEnumerable<Golden> Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select(row => new Golden(row.Clone()))];
    }

    public static IEnumerable<Golden> OfModel(string name) => Read(Repository.Fixture("models", name, "golden", "tokenizer.json"));

    /// <summary>Compares everything that the file says about the text.</summary>
    public void Check(ITokenizer tokenizer)
    {
        var encoded = tokenizer.Encode(Text, Options);
        Assert.Equal(Ids, encoded.Ids);
        Assert.Equal(Tokens, encoded.Ids.Select(tokenizer.GetEntry));
        if (Offsets is { } offsets)
        {
            Assert.Equal(offsets, encoded.Tokens.Select(token => (token.Start, token.Start + token.Length)));
        }

        if (row.TryGetProperty("words", out var words))
        {
            Assert.Equal(words.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.Null ? -1 : word.GetInt32()), encoded.Tokens.Select(token => token.Word));
        }

        Assert.Equal(Decoded, tokenizer.Decode(Ids, skipSpecialTokens: false));
        Assert.Equal(DecodedWithoutSpecial, tokenizer.Decode(Ids));
    }

    private static int[] Integers(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetInt32())];

    private static int Units(string text, int runes) => text.EnumerateRunes().Take(runes).Sum(rune => rune.Utf16SequenceLength);

    private string? String(string name) => row.TryGetProperty(name, out var value) ? value.GetString() : null;

    private string? Slow(string name) => row.TryGetProperty("slow", out var slow) && slow.TryGetProperty(name, out var value) ? value.GetString() : null;

    private JsonElement? Option(string name) => row.TryGetProperty("options", out var options) && options.TryGetProperty(name, out var value) ? value : null;
}
