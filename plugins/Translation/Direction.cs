using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>How a backbone is told what to translate to what.</summary>
internal sealed record Direction
{
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
    /// <exception cref="FormatException">It cannot be; the message says what it could be told.</exception>
    public static Direction Of(Passage passage, TranslationOptions options, IBackbone backbone)
    {
        var prefix = options.Prefix ?? backbone.Description.Prefixes.GetValueOrDefault("translation", "");
        var known = backbone.Tokenizer.Languages;
        var (from, to) = (passage.From ?? options.From, passage.To ?? options.To);
        var direction = new Direction { Languages = (from, to), Prefix = Named(prefix, from, to, backbone) };
        if (known.Count == 0)
        {
            // Only a prefix that names the languages can change what such a backbone translates to.
            Check(passage.From, options.From, "from", prefix, backbone);
            Check(passage.To, options.To, "to", prefix, backbone);
            return direction;
        }

        var target = LanguageNames.Find(known.Keys, to ?? throw Missing("to", backbone));
        return target.StartsWith(">>", StringComparison.Ordinal)
            ? direction with { Reads = target }
            : direction with { Reads = from is null ? null : LanguageNames.Find(known.Keys, from), Writes = target, FirstToken = known[target] };
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
            throw new FormatException($"Backbone '{backbone.Description.Name}' cannot be told which languages to translate, so '{option}' must be {(configured is null ? "left out" : $"'{configured}'")}, but is '{asked}'.");
        }
    }

    private static FormatException Missing(string option, IBackbone backbone) =>
        new($"Backbone '{backbone.Description.Name}' must be told the languages, but '{option}' is missing. Give it with the text, or in the task's options.");
}
