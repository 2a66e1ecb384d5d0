using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>How a backbone is told what to translate to what.</summary>
internal sealed record Direction
{
    private static readonly string[] common = ["en", "de", "fr", "es", "zh", "ru", "ar", "pt", "ja", "hi"];

    /// <summary>Gets the languages as they were asked for.</summary>
    public (string? From, string? To) Languages { get; init; }

    /// <summary>Gets what is put before the source.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Gets the vocabulary's entry that marks the source.</summary>
    public string? Reads { get; init; }

    /// <summary>Gets the vocabulary's entry that marks the target.</summary>
    public string? Writes { get; init; }

    /// <summary>Gets the id that the translation begins with.</summary>
    public int? FirstToken { get; init; }

    /// <summary>Gets whether the id stands in the place of the start token, as mBART's does before it was taught to write it.</summary>
    public bool IsStart { get; init; }

    /// <summary>Gets how the backbone is made to write this language.</summary>
    public GenerationOptions Options => IsStart ? new() { DecoderStartTokenId = FirstToken } : new() { ForcedBosTokenId = FirstToken };

    /// <summary>Says how the checkpoint starts what it writes: where that is by a language's token, the target's takes its place.</summary>
    public Direction In(GenerationOptions asked, ITokenizer tokenizer) =>
        this with { IsStart = FirstToken is not null && asked.DecoderStartTokenId is { } start && tokenizer.Languages.Values.Contains(start) };

    /// <summary>Finds out how this backbone is told.</summary>
    /// <exception cref="OptionException">It cannot be; the message says what it could be told.</exception>
    public static Direction Of(Passage passage, TranslationOptions options, IBackbone backbone)
    {
        var prefix = options.Prefix ?? backbone.Description.Prefixes.GetValueOrDefault("translation", "");
        var known = backbone.Tokenizer.Languages;
        var (from, to) = (passage.From ?? options.From, passage.To ?? options.To);
        CheckPair(from, to, options, backbone);
        var direction = new Direction { Languages = (from, to), Prefix = Named(prefix, from, to, backbone) };
        if (known.Count == 0)
        {
            // Only a prefix that names the languages can change what such a backbone translates to.
            Check(passage.From, options.From, "from", prefix, backbone);
            Check(passage.To, options.To, "to", prefix, backbone);
            return direction;
        }

        var target = LanguageNames.Find(known.Keys, to ?? throw Missing("to", backbone), "to");
        return IsTag(target)
            ? direction with { Reads = target }
            : direction with { Reads = from is null ? null : LanguageNames.Find(known.Keys, from, "from"), Writes = target, FirstToken = known[target] };
    }

    /// <summary>Finds which languages the options leave to each text, or to the backbone.</summary>
    public static IEnumerable<OpenOption> FindOpen(TranslationOptions options, IBackbone backbone)
    {
        var prefix = options.Prefix ?? backbone.Description.Prefixes.GetValueOrDefault("translation", "");
        string[] known = [.. Known(backbone)];
        foreach (var (option, value) in ((string, string?)[])[("from", options.From), ("to", options.To)])
        {
            var isNamed = prefix.Contains($"{{{option}}}", StringComparison.Ordinal);
            if (value is null && (isNamed || (known.Length > 0 && option == "to")))
            {
                yield return new(option, $"must be given here, or as \"{option}\" with each text.") { IsNeeded = true, Values = known };
            }
            else if (value is null && known.Length > 0 && !known.Any(IsTag))
            {
                var how = Own(backbone) is { } own ? $"as {LanguageNames.Describe(own)}, the tokenizer's own" : "without its language";
                yield return new(option, $"is not given: a text without \"{option}\" is read {how}.") { Values = known };
            }
            else if (value is not null && isNamed && Language.Find(value) is null)
            {
                yield return new(option, $"is '{value}', which is no language that is known here by name or code: the backbone is told it as it is.");
            }
        }
    }

    // The languages that are asked for most, then the others by name.
    private static IEnumerable<string> Known(IBackbone backbone) => backbone.Tokenizer.Languages.Keys
        .OrderBy(name => (uint)Array.IndexOf(common, Language.Find(name)?.Code)).ThenBy(name => name, StringComparer.Ordinal);

    // What the tokenizer puts around a text whose language nobody said.
    private static string? Own(IBackbone backbone) =>
        backbone.Tokenizer.Encode("").Ids.Select(id => backbone.Tokenizer.Languages.FirstOrDefault(language => language.Value == id).Key).FirstOrDefault(name => name is not null);

    private static bool IsTag(string name) => name.StartsWith(">>", StringComparison.Ordinal);

    private static void CheckPair(string? from, string? to, TranslationOptions options, IBackbone backbone)
    {
        if (backbone.Tokenizer.Pair is not { } pair || options.OtherPair)
        {
            return;
        }

        CheckSide("from", from, pair.From);
        if (backbone.Tokenizer.Languages.Count == 0)
        {
            CheckSide("to", to, pair.To);
        }

        // A group of languages has no code of its own here; what belongs to it is not known.
        void CheckSide(string option, string? asked, string taught)
        {
            if (asked is not null && Language.Find(taught) is not null && !LanguageNames.MayBeSame(asked, taught))
            {
                throw new OptionException(option, $"must be {LanguageNames.Describe(taught)} or left out, because the checkpoint of backbone '{backbone.Description.Name}' translates from {LanguageNames.Describe(pair.From)} to {LanguageNames.Describe(pair.To)}, but is '{asked}'. If the task is trained to translate others, set the task's option 'otherPair' to true.");
            }
        }
    }

    private static string Named(string prefix, string? from, string? to, IBackbone backbone) =>
        Fill(Fill(prefix, "{from}", from, backbone), "{to}", to, backbone);

    private static string Fill(string prefix, string place, string? language, IBackbone backbone) => !prefix.Contains(place, StringComparison.Ordinal)
        ? prefix
        : prefix.Replace(place, Name(language ?? throw Missing(place.Trim('{', '}'), backbone)), StringComparison.Ordinal);

    private static string Name(string language) => Language.Find(language)?.Name ?? language;

    private static void Check(string? asked, string? configured, string option, string prefix, IBackbone backbone)
    {
        if (asked is not null && Name(asked) != Name(configured ?? "") && !prefix.Contains($"{{{option}}}", StringComparison.Ordinal))
        {
            throw new OptionException(option, $"must be {(configured is null ? "left out" : $"'{configured}'")}, because backbone '{backbone.Description.Name}' cannot be told which languages to translate, but is '{asked}'.");
        }
    }

    private static OptionException Missing(string option, IBackbone backbone)
    {
        var known = backbone.Tokenizer.Languages;
        var values = known.Count == 0 ? "a language's name or code" : $"one of the {known.Count} languages that the backbone was taught, such as {string.Join(", ", Known(backbone).Take(3).Select(LanguageNames.Describe))}";
        return new(option, $"must be given, with the text or in the task's options: {values}.");
    }
}
