using Ptgp.Toolkit.Readers;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>The formats that translations are read from.</summary>
internal static class TranslationDatasets
{
    public static IReadOnlyList<DatasetAdapter<Passage, Translation>> All(TranslationOptions options) =>
        [new ParallelText(options), new Rows(options, "jsonl", JsonLinesFile.Read), new Rows(options, "tsv", path => TsvFile.Read(path, IsHeader(options))), new Rows(options, "csv", path => CsvFile.Read(path))];

    /// <summary>Gets what a language may be called in a file's extension or in a row: as the options call it, or by one of its codes.</summary>
    private static string[] NamesOf(string? language) =>
        language is null ? [] : [.. ((string[])[language, .. Language.Find(language)?.Codes ?? []]).Distinct()];

    private static string[] Sources(TranslationOptions options, string? language) => options.SourceField is { } field ? [field] : [.. Fields(language), "source", "src", "text"];

    private static string[] Targets(TranslationOptions options, string? language) => options.TargetField is { } field ? [field] : [.. Fields(language), "target", "tgt", "translation"];

    private static IEnumerable<string> Fields(string? language) => NamesOf(language).Select(name => "translation." + name).Concat(NamesOf(language));

    // A first row that names both columns is a header; else the first column is the source and the second the target.
    private static Predicate<IReadOnlyList<string>> IsHeader(TranslationOptions options) => fields =>
        Sources(options, options.From).Intersect(fields, StringComparer.OrdinalIgnoreCase).Any() && Targets(options, options.To).Intersect(fields, StringComparer.OrdinalIgnoreCase).Any();

    /// <summary>Two text files, line by line.</summary>
    private sealed class ParallelText(TranslationOptions options) : DatasetAdapter<Passage, Translation>
    {
        public override string Format => "parallel";

        public override bool Fits(string path) => Find(path) is not null;

        public override IEnumerable<Example<Passage, Translation>> Read(string path)
        {
            var (source, target) = Find(path) ?? throw new InvalidDataException(
                $"{path}: parallel files must be named by a pattern such as 'train.{{en,de}}', or by the first of two whose extensions are the options' 'from' and 'to' ('{options.From ?? "?"}' and '{options.To ?? "?"}').");
            return ParallelFiles.Read(source, target).ToExamples(pair => Make(pair.First.Text, pair.Second.Text));
        }

        private (string First, string Second)? Find(string path) => ParallelFiles.Find(path, NamesOf(options.From), NamesOf(options.To));
    }

    /// <summary>Rows with fields.</summary>
    private sealed class Rows(TranslationOptions options, string format, Func<string, IEnumerable<DataRow>> read) : DatasetAdapter<Passage, Translation>
    {
        public override string Format => format;

        public override IEnumerable<Example<Passage, Translation>> Read(string path) => read(path).ToExamples(row =>
        {
            // A row of JSON may name languages of its own.
            var (from, to) = row is JsonRow ? (row.Find("from"), row.Find("to")) : (null, null);
            var (sources, targets) = (Sources(options, from ?? options.From), Targets(options, to ?? options.To));
            return row.Fields is ["1", "2", ..]
                ? Make(row.Get("1"), row.Get("2"))
                : Make(row.Get(sources), row.Get(targets), from, to);
        });
    }

    private static Example<Passage, Translation> Make(string source, string target, string? from = null, string? to = null) =>
        new(new() { Text = source, From = from, To = to }, new() { Text = target });
}
