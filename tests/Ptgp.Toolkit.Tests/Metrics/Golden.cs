using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

/// <summary>The goldens of sacreBLEU 2.6.0 in <c>fixtures/metrics</c>, and the lines they are about.</summary>
internal static class Golden
{
    private static readonly JsonNode Sets = Read("sets.json");

    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("metrics", name)))!;

    public static IReadOnlyList<string> Hypotheses(string set) => Strings(Sets[set]!["hypotheses"]!);

    /// <summary>Gives each line its references.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> References(string set, int count)
    {
        var streams = Sets[set]!["references"]!.AsArray().Take(count).Select(stream => Strings(stream!)).ToList();
        return [.. streams[0].Select((_, line) => streams.Select(stream => stream[line]).ToArray())];
    }

    public static IReadOnlyList<IReadOnlyList<string>> ReferencesOf(JsonNode golden)
    {
        var references = References((string)golden["set"]!, (int)golden["references"]!);
        return golden["second_reference_missing_at"] is null ? references : [.. references.Select((line, i) => i % 3 == 0 ? [line[0]] : line)];
    }

    public static IReadOnlyList<string> Strings(JsonNode array) => array.Deserialize<string[]>()!;

    public static BleuOptions BleuOptions(JsonNode options) => new()
    {
        Lowercase = (bool?)options["lowercase"] ?? false,
        EffectiveOrder = (bool?)options["effective_order"] ?? false,
        MaxOrder = (int?)options["max_ngram_order"] ?? 4,
        SmoothingValue = (double?)options["smooth_value"],
        Smoothing = (string?)options["smooth_method"] switch
        {
            "floor" => BleuSmoothing.Floor,
            "add-k" => BleuSmoothing.AddK,
            "none" => BleuSmoothing.None,
            _ => BleuSmoothing.Exponential,
        },
        Tokenizer = Tokenizer((string?)options["tokenize"] ?? "13a"),
    };

    public static ChrfOptions ChrfOptions(JsonNode options) => new()
    {
        CharacterOrder = (int?)options["char_order"] ?? 6,
        WordOrder = (int?)options["word_order"] ?? 0,
        Beta = (int?)options["beta"] ?? 2,
        Whitespace = (bool?)options["whitespace"] ?? false,
        Lowercase = (bool?)options["lowercase"] ?? false,
        EpsilonSmoothing = (bool?)options["eps_smoothing"] ?? false,
    };

    public static BleuTokenizer Tokenizer(string name) => name switch
    {
        "13a" => BleuTokenizer.Mteval13a,
        "intl" => BleuTokenizer.International,
        "zh" => BleuTokenizer.Chinese,
        "char" => BleuTokenizer.Characters,
        "none" => BleuTokenizer.None,
        _ => throw new InvalidDataException(name),
    };

    /// <summary>Within 1e-9 of what is expected.</summary>
    public static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-9 * Math.Max(1e-9, Math.Abs(expected)), $"{what}: expected {expected:R}, but got {actual:R}");
}
