using System.Text.RegularExpressions;
using Ptgp.Host.Configuration;
using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>Tables of options stand between <c>&lt;!-- options: Record --&gt;</c> and <c>&lt;!-- end --&gt;</c>, and come from the records' doc-comments.</summary>
public sealed partial class OptionTablesTests
{
    private static readonly Type[] Records =
        [typeof(PluginsConfiguration), typeof(BackboneConfiguration), typeof(TaskConfiguration), typeof(GenerationOptions), typeof(FineTuningRecipe)];

    [Fact]
    public void EveryTableEqualsItsRecord() => Pages.AreAsRendered(page => Tables().Replace(page, table =>
        $"<!-- options: {table.Groups["record"].Value} -->\n{Table(Records.Single(record => record.Name == table.Groups["record"].Value))}<!-- end -->\n"));

    [Fact]
    public void EveryRecordHasATable()
    {
        var shown = Pages.All.SelectMany(page => Tables().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))).Select(table => table.Groups["record"].Value);
        Assert.Empty(Records.Select(record => record.Name).Except(shown));
    }

    private static string Table(Type record) =>
        "| key | holds | what it says |\n|---|---|---|\n" + string.Concat(OptionKey.Of(record).Select(key =>
            $"| `{key.Name}`{(key.IsRequired ? " (required)" : "")} | {Holds(key.Type)} | {XmlDocs.Describe(key.Property) ?? throw new InvalidOperationException($"{record.Name}.{key.Property.Name} must be documented.")} |\n"));

    private static string Holds(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? Holds(inner)
        : type.IsEnum ? string.Join(", ", OptionTypes.Choices(type).Select(choice => $"`{choice}`"))
        : type == typeof(bool) ? "`true`, `false`"
        : OptionTypes.IsWhole(type) ? "whole number"
        : OptionTypes.IsNumber(type) ? "number"
        : type == typeof(string) ? "text"
        : OptionTypes.ItemOf(type) is { } item ? $"list of {Plural(item)}"
        : OptionKey.ConstructorOf(type) is not null ? $"object: {Keys(type)}"
        : "object";

    private static string Keys(Type type) => string.Join(", ", OptionKey.Of(type).Select(key => $"`{key.Name}`"));

    private static string Plural(Type item) => OptionTypes.ItemOf(item) is { } inner ? $"lists of {Plural(inner)}"
        : item == typeof(string) ? "texts"
        : OptionKey.ConstructorOf(item) is not null ? $"objects: {Keys(item)}"
        : $"{Holds(item)}s";

    [GeneratedRegex("^<!-- options: (?<record>[A-Za-z]+) -->\n.*?^<!-- end -->\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Tables();
}
