using System.Text.RegularExpressions;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Summarization;

/// <summary>The formats that texts with summaries are read from.</summary>
internal static partial class SummarizationDatasets
{
    // As published datasets call them.
    private static readonly string[] TextColumns = ["text", "article", "document", "dialogue", "body", "description", "source"];
    private static readonly string[] SummaryColumns = ["summary", "highlights", "abstract", "tldr", "target"];

    public static IReadOnlyList<DatasetAdapter<Document, Summary>> All(SummarizationOptions options) =>
    [
        new Stories(),
        new ParallelText(),
        new Rows(options, "jsonl", JsonLinesFile.Read),
        new Rows(options, "tsv", path => TsvFile.Read(path, IsHeader(options))),
        new Rows(options, "csv", path => CsvFile.Read(path)),
    ];

    private static string[] Texts(SummarizationOptions options) => options.TextColumn is { } column ? [column] : TextColumns;

    // A first row that names both columns is a header; else the first column is the text and the second the summary.
    private static Predicate<IReadOnlyList<string>> IsHeader(SummarizationOptions options) => fields =>
        Texts(options).Intersect(fields, StringComparer.OrdinalIgnoreCase).Any()
        && ((options.SummaryColumn ?? SummaryColumns).Intersect(fields, StringComparer.OrdinalIgnoreCase).Any() || fields.Any(field => Numbered().IsMatch(field)));

    private static Example<Document, Summary> Make(string text, IReadOnlyList<string> summaries) =>
        new(new() { Text = text }, new() { Text = summaries[0], References = summaries.Count > 1 ? summaries : null });

    [GeneratedRegex(@"^summary\d+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();

    /// <summary>Stories of CNN/DailyMail, a file each: the text, then its highlights.</summary>
    private sealed class Stories : DatasetAdapter<Document, Summary>
    {
        private const string Highlight = "@highlight";

        public override string Format => "stories";

        public override bool Fits(string path) => Path.GetExtension(path) == ".story" || (Directory.Exists(path) && Files(path).Any());

        public override IEnumerable<Example<Document, Summary>> Read(string path) =>
            !Directory.Exists(path) ? new[] { path }.ToExamples(Story)
            : Files(path).Any() ? Files(path).Order(StringComparer.Ordinal).ToExamples(Story)
            : throw new InvalidDataException($"{path}: a folder of stories must hold files called '*.story', but holds none.");

        private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.story");

        private static Example<Document, Summary> Story(string path)
        {
            var lines = TextFile.Read(path).Select(line => line.Text.Trim()).Where(line => line.Length > 0).ToList();
            var end = lines.IndexOf(Highlight);
            return end >= 0 && lines.Skip(end).Any(line => line != Highlight)
                ? Make(string.Join(' ', lines.Take(end)), [string.Join('\n', lines.Skip(end).Where(line => line != Highlight))])
                : throw new InvalidDataException($"{path}: a story must have a line '{Highlight}' and what it says after it, but has {(end < 0 ? "no such line" : "nothing there")}.");
        }
    }

    /// <summary>Two text files, line by line.</summary>
    private sealed class ParallelText : DatasetAdapter<Document, Summary>
    {
        public override string Format => "parallel";

        public override bool Fits(string path) => Find(path) is not null;

        public override IEnumerable<Example<Document, Summary>> Read(string path)
        {
            var (text, summary) = Find(path) ?? throw new InvalidDataException(
                $"{path}: parallel files must be named by a pattern such as 'train.{{source,target}}', or by the first of two whose extensions are 'source' and 'target'.");
            return ParallelFiles.Read(text, summary).ToExamples(pair => Make(pair.First.Text, [pair.Second.Text]));
        }

        private static (string First, string Second)? Find(string path) => ParallelFiles.Find(path, TextColumns, SummaryColumns);
    }

    /// <summary>Rows with fields. A list in the text's field is its sentences, one in the summary's field several summaries.</summary>
    private sealed class Rows(SummarizationOptions options, string format, Func<string, IEnumerable<DataRow>> read) : DatasetAdapter<Document, Summary>
    {
        public override string Format => format;

        public override IEnumerable<Example<Document, Summary>> Read(string path) => read(path).ToExamples(row => row.Fields is ["1", "2", ..]
            ? Make(row.Get("1"), [row.Get("2")])
            : Make(string.Join(' ', row.GetAll(Texts(options))), Summaries(row)));

        private IReadOnlyList<string> Summaries(DataRow row)
        {
            var columns = options.SummaryColumn ?? row.Fields.Where(field => Numbered().IsMatch(field)).ToList();
            string[] several = [.. columns.SelectMany(column => row.FindAll(column) ?? []).Where(summary => !string.IsNullOrWhiteSpace(summary))];
            return several.Length > 0 ? several : row.GetAll(options.SummaryColumn ?? SummaryColumns);
        }
    }
}
