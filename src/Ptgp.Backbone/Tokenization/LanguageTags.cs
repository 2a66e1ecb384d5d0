namespace Ptgp.Backbone.Tokenization;

/// <summary>How families name languages in their vocabularies.</summary>
internal static class LanguageTags
{
    /// <summary>Collects the entries that name languages: <c>&gt;&gt;deu&lt;&lt;</c> wherever they are, the other forms among added tokens.</summary>
    public static IReadOnlyDictionary<string, int> Find(Vocabulary vocabulary, IEnumerable<AddedToken> added)
    {
        var languages = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (entry, id) in vocabulary.Entries)
        {
            if (entry.Length > 4 && entry[0] == '>' && Prefix(entry) == entry.Length)
            {
                languages[entry] = id;
            }
        }

        AddedToken[] all = [.. added];
        // In other vocabularies '<|end|>' and the like are no languages.
        var hears = all.Any(token => token.Content == "<|startoftranscript|>");
        foreach (var token in all)
        {
            if ((token.IsSpecial && IsCode(token.Content)) || (hears && IsMark(token.Content)))
            {
                languages[token.Content] = token.Id;
            }
        }

        return languages;
    }

    /// <summary>Gets the length of the tag <c>&gt;&gt;…&lt;&lt;</c> that a text begins with; 0 when it begins with none.</summary>
    public static int Prefix(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(">>"))
        {
            return 0;
        }

        var length = 2;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '_' or '-' or '@' or '='))
        {
            length++;
        }

        return length > 2 && text[length..].StartsWith("<<") ? length + 2 : 0;
    }

    /// <summary>Finds the entry of a language that may be written as the entry or as the code inside it, such as <c>de</c> for <c>__de__</c>; null when there is none, or more than one.</summary>
    public static string? Match(IReadOnlyDictionary<string, int> languages, string wanted)
    {
        if (languages.ContainsKey(wanted))
        {
            return wanted;
        }

        string[] same = [.. languages.Keys.Where(entry => Bare(entry) == wanted || entry.Split('_')[0] == wanted)];
        return same is [var only] ? only : null;
    }

    /// <summary>Finds the entry that differs from a text by the fewest letters; null when there are none.</summary>
    public static string? Nearest(IReadOnlyDictionary<string, int> languages, string wanted) =>
        languages.Keys.MinBy(entry => Math.Min(Spelling.Distance(entry, wanted), Spelling.Distance(Bare(entry), wanted)));

    /// <summary>Tells whether a token is a code such as <c>en_XX</c> (mBART), <c>deu_Latn</c> (NLLB) or <c>__de__</c> (M2M-100).</summary>
    public static bool IsCode(string token)
    {
        if (token.Length is > 5 and < 9 && token.StartsWith("__", StringComparison.Ordinal) && token.EndsWith("__", StringComparison.Ordinal))
        {
            return token.AsSpan(2, token.Length - 4).IndexOfAnyExceptInRange('a', 'z') < 0;
        }

        var parts = token.Split('_');
        return parts.Length == 2 && parts[0].Length is 2 or 3 && parts[0].All(char.IsAsciiLetterLower)
            && ((parts[1].Length == 2 && parts[1].All(char.IsAsciiLetterUpper))
                || (parts[1].Length == 4 && char.IsAsciiLetterUpper(parts[1][0]) && parts[1].Skip(1).All(char.IsAsciiLetterLower)));
    }

    // Whisper's form, such as '<|de|>' or '<|yue|>'.
    private static bool IsMark(string token) => token.Length is 6 or 7 && token.StartsWith("<|", StringComparison.Ordinal) && token.EndsWith("|>", StringComparison.Ordinal)
        && token.AsSpan(2, token.Length - 4).IndexOfAnyExceptInRange('a', 'z') < 0;

    private static string Bare(string entry) => entry.Trim('_', '<', '>', '|');
}
