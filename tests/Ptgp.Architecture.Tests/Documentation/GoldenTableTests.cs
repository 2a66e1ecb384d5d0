using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>The table of options by families stands between <c>&lt;!-- golden options --&gt;</c> and <c>&lt;!-- end --&gt;</c>, and counts the texts of the reference that a test compares.</summary>
public sealed partial class GoldenTableTests
{
    // Each by its fixtures.
    private static readonly (string Name, string[] Fixtures)[] Families =
    [
        ("T5", ["t5-v1_0", "t5-v1_1"]), ("mT5", ["mt5"]), ("BART", ["bart"]), ("mBART", ["mbart"]), ("Marian", ["marian", "marian-split"]), ("Pegasus", ["pegasus"]),
        ("M2M-100, NLLB", ["m2m100", "nllb"]), ("GPT-2", ["gpt2"]), ("Llama", ["llama", "llama-rope-scaled"]), ("Qwen 2", ["qwen2"]), ("Mistral", ["mistral"]), ("Whisper", ["whisper", "whisper-en"]),
    ];

    [Fact]
    public void TheTableCountsWhatIsCompared() => Pages.AreAsRendered(page => Tables().Replace(page, _ => $"<!-- golden options -->\n{Table()}<!-- end -->\n"));

    [Fact]
    public void ThePageOfTheEngineShowsIt() => Assert.Matches(Tables(), File.ReadAllText(Path.Combine(Repository.Root, "docs", "engine.md")));

    private static string Table()
    {
        var counts = Families.Select(family => Count(family.Fixtures)).ToArray();
        var options = typeof(GenerationOptions).GetProperties().Where(property => property.SetMethod is { IsPublic: true }).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
        return $"| option | {string.Join(" | ", Families.Select(family => family.Name))} |\n|---|{string.Concat(Enumerable.Repeat("---|", Families.Length))}\n" + string.Concat(options.Select(option =>
            $"| `{option}` | {string.Join(" | ", counts.Zip(Families, (of, family) => of.GetValueOrDefault(option) is > 0 and var count ? $"{count}" : family.Name == "Whisper" ? "" : "✓"))} |\n"));
    }

    private static Dictionary<string, int> Count(string[] fixtures) => fixtures
        .SelectMany(fixture => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "generate.json")))!.AsArray())
        .SelectMany(each => each!["options"]!.AsObject().Where(option => IsOn(option.Key, option.Value)).Select(option => JsonNamingPolicy.CamelCase.ConvertName(string.Concat(option.Key.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])))))
        .CountBy(name => name).ToDictionary();

    // A penalty of 1, one beam or no repetition of 0 tokens change nothing; a token's id may be any number.
    private static bool IsOn(string name, JsonNode? value) => value switch
    {
        null => false,
        JsonValue one when one.GetValueKind() is JsonValueKind.False => false,
        JsonValue one when one.GetValueKind() is JsonValueKind.Number && !name.EndsWith("_id", StringComparison.Ordinal) => (double)one is not (0 or 1),
        _ => true,
    };

    [GeneratedRegex("^<!-- golden options -->\n.*?^<!-- end -->\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Tables();
}
