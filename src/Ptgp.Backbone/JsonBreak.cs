using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ptgp.Backbone;

/// <summary>Says where and why a text is no JSON.</summary>
public static class JsonBreak
{
    /// <summary>Says it, to be read after <c>but</c>: <c>it ends at character 3, where the '[' of character 1 is still open</c>; null where the text is JSON.</summary>
    public static string? Describe(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(bytes);
        Stack<int> open = [];
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                {
                    open.Push((int)reader.TokenStartIndex);
                }
                else if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    open.Pop();
                }
            }

            return null;
        }
        catch (JsonException broken)
        {
            return Describe(bytes, Place(bytes, broken), open.TryPeek(out var last) ? last : null);
        }
    }

    private static string Describe(byte[] bytes, int at, int? open)
    {
        var rest = Encoding.UTF8.GetString(bytes.AsSpan(at)).TrimStart();
        if (rest.Trim() is "" or ",")
        {
            return open is { } start ? $"it ends at character {Number(bytes, bytes.Length - 1)}, where the '{(char)bytes[start]}' of character {Number(bytes, start)} is still open" : "it ends where a value must stand";
        }

        at = bytes.Length - Encoding.UTF8.GetByteCount(rest);
        var before = Encoding.UTF8.GetString(bytes.AsSpan(0, at)).TrimEnd();
        var letter = Rune.GetRuneAt(rest, 0);
        return $"at character {Number(bytes, at)} stands '{letter}', which cannot stand there{(
            before.EndsWith(',') && letter.Value is ']' or '}' ? ": a comma has something behind it"
            : letter.Value == '\'' || Rune.IsLetter(letter) ? ": texts stand in double quotes" : "")}";
    }

    // The reader counts lines and bytes; the first byte that is wrong.
    private static int Place(byte[] bytes, JsonException broken)
    {
        var start = 0;
        for (var line = broken.LineNumber ?? 0; line > 0; line--)
        {
            start += bytes.AsSpan(start).IndexOf((byte)'\n') + 1;
        }

        return (int)Math.Min(start + (broken.BytePositionInLine ?? 0), bytes.Length);
    }

    // From 1, as readers count.
    private static string Number(byte[] bytes, int at) => (new StringInfo(Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Max(0, at)))).LengthInTextElements + 1).ToString(CultureInfo.InvariantCulture);
}
