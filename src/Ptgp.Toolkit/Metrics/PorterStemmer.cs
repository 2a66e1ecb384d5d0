namespace Ptgp.Toolkit.Metrics;

/// <summary>Takes the endings off English words (Porter 1980), with the departures that NLTK made its default.</summary>
internal static class PorterStemmer
{
    private delegate bool Condition(ReadOnlySpan<char> stem);

    // A stem, and the words that have it against the rules.
    private static readonly Dictionary<string, string> Irregular = new[]
    {
        "sky sky skies", "die dying", "lie lying", "tie tying", "news news", "inning inning innings", "outing outing outings", "canning canning cannings",
        "howe howe", "proceed proceed", "exceed exceed", "succeed succeed",
    }.Select(line => line.Split(' ')).SelectMany(words => words.Skip(1).Select(word => (word, words[0]))).ToDictionary();

    // The numbers are those of the paper's steps. The first ending that a word has decides, whether its condition holds or not.
    private static readonly (string Ending, string Becomes)[] Step1A = [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")];

    private static readonly (string Ending, string Becomes)[] Step2 =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
        ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
        ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ];

    private static readonly (string Ending, string Becomes)[] Step3 = [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly (string Ending, string Becomes)[] Step4 =
    [
        .. new[] { "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize" }.Select(ending => (ending, "")),
    ];

    /// <summary>Gets a word's stem.</summary>
    /// <param name="word">A word in small letters.</param>
    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out var stem))
        {
            return stem;
        }

        if (word.Length <= 2)
        {
            return word;
        }

        word = word.EndsWith("ies", StringComparison.Ordinal) && word.Length == 4 ? word[..^1] : Replace(word, Step1A, _ => true);
        word = Derive(EndInVowel(TakePast(word)));
        word = Replace(word, Step3, HasMeasure);
        word = Replace(word, Step4, rest => Measure(rest) > 1 && (!word.EndsWith("ion", StringComparison.Ordinal) || rest[^1] is 's' or 't'));
        return TakeLast(word);
    }

    // 1b: -ied, -eed, -ed, -ing.
    private static string TakePast(string word)
    {
        if (word.EndsWith("ied", StringComparison.Ordinal))
        {
            return word.Length == 4 ? word[..^1] : word[..^2];
        }

        if (word.EndsWith("eed", StringComparison.Ordinal))
        {
            return HasMeasure(word.AsSpan(0, word.Length - 3)) ? word[..^1] : word;
        }

        foreach (var ending in new[] { "ed", "ing" })
        {
            if (word.EndsWith(ending, StringComparison.Ordinal) && HasVowel(word.AsSpan(0, word.Length - ending.Length)))
            {
                return Mend(word[..^ending.Length]);
            }
        }

        return word;
    }

    // What -ed and -ing leave: 'conflat' becomes 'conflate', 'hopp' 'hop', 'fil' 'file'.
    private static string Mend(string stem) =>
        stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal) ? stem + "e"
        : stem.Length > 1 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1) ? (stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1])
        : Measure(stem) == 1 && EndsShort(stem) ? stem + "e"
        : stem;

    // 1c.
    private static string EndInVowel(string word) => word.Length > 2 && word[^1] == 'y' && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    // 2. What -alli leaves is looked at again; for -logi the l belongs to the stem, so that 'geologi' and 'theologi' have one.
    private static string Derive(string word) =>
        word.EndsWith("alli", StringComparison.Ordinal) && HasMeasure(word.AsSpan(0, word.Length - 4)) ? Derive(word[..^2])
        : word.EndsWith("logi", StringComparison.Ordinal) ? (HasMeasure(word.AsSpan(0, word.Length - 3)) ? word[..^1] : word)
        : Replace(word, Step2, HasMeasure);

    // 5: a last e and a double l.
    private static string TakeLast(string word)
    {
        if (word[^1] == 'e' && word.AsSpan(0, word.Length - 1) is var rest && (Measure(rest) > 1 || (Measure(rest) == 1 && !EndsShort(rest))))
        {
            word = word[..^1];
        }

        return word.EndsWith("ll", StringComparison.Ordinal) && Measure(word.AsSpan(0, word.Length - 1)) > 1 ? word[..^1] : word;
    }

    private static string Replace(string word, (string Ending, string Becomes)[] rules, Condition condition)
    {
        foreach (var (ending, becomes) in rules)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
            {
                return condition(word.AsSpan(0, word.Length - ending.Length)) ? word[..^ending.Length] + becomes : word;
            }
        }

        return word;
    }

    private static bool IsConsonant(ReadOnlySpan<char> word, int at) => word[at] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => at == 0 || !IsConsonant(word, at - 1),
        _ => true,
    };

    // How often a consonant follows a vowel: about the number of syllables.
    private static int Measure(ReadOnlySpan<char> word)
    {
        var measure = 0;
        for (var i = 1; i < word.Length; i++)
        {
            measure += IsConsonant(word, i) && !IsConsonant(word, i - 1) ? 1 : 0;
        }

        return measure;
    }

    private static bool HasMeasure(ReadOnlySpan<char> word) => Measure(word) > 0;

    private static bool HasVowel(ReadOnlySpan<char> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (!IsConsonant(word, i))
            {
                return true;
            }
        }

        return false;
    }

    // Consonant, vowel, consonant other than w, x, y; of two letters, vowel and consonant.
    private static bool EndsShort(ReadOnlySpan<char> word) => word.Length switch
    {
        < 2 => false,
        2 => !IsConsonant(word, 0) && IsConsonant(word, 1),
        var length => IsConsonant(word, length - 3) && !IsConsonant(word, length - 2) && IsConsonant(word, length - 1) && word[^1] is not ('w' or 'x' or 'y'),
    };
}
