using System.Text.Json;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Reads added tokens from JSON: an object with <c>content</c> and flags, or the text alone.</summary>
internal static class AddedTokenJson
{
    /// <summary>Reads a token; null when the value is neither.</summary>
    public static AddedToken? Read(JsonElement value, int id)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return new(id, value.GetString()!);
        }

        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return new(id, content.GetString()!)
        {
            IsSpecial = Flag(value, "special"),
            IsNormalized = Flag(value, "normalized"),
            IsWord = Flag(value, "single_word"),
            StripsLeft = Flag(value, "lstrip"),
            StripsRight = Flag(value, "rstrip"),
        };
    }

    private static bool Flag(JsonElement value, string name) => value.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
}
