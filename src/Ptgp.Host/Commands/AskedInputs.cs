using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>What a command is asked with: texts of the command line, the lines of a file, or what is piped in.</summary>
internal sealed class AskedInputs
{
    private readonly Argument<string[]> texts = new("TEXT") { Description = "What to answer, each a line out. Without it, --input or standard input is read.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> input = new("--input") { Description = "A file with an input a line: text, or JSON objects in a .jsonl file. '-' is standard input.", HelpName = "FILE" };
    private readonly Option<LineFormat?> format = new("--format") { Description = "What a line is, where the file's name does not say.", HelpName = "text|jsonl", CustomParser = LineFormats.Parse };

    /// <summary>Adds argument and options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(texts);
        command.Add(input);
        command.Add(format);
    }

    /// <summary>Checks that no text is a slip: see <see cref="OptionSlips.Check"/>.</summary>
    /// <exception cref="UsageException">One is.</exception>
    public void Check(ParseResult parsed) => OptionSlips.Check(parsed, parsed.GetValue(texts));

    /// <summary>Opens what is asked with.</summary>
    /// <exception cref="UsageException">There is nothing, or nothing that can be read.</exception>
    public Opened Open(ParseResult parsed, CommandContext context)
    {
        var source = Source(parsed, context);
        var from = parsed.GetValue(format) ?? LineFormats.Of(source) ?? LineFormat.Text;
        return new(source is null ? null : Open(source, context), source == "-" ? "standard input" : source, from, parsed.GetValue(texts)!);
    }

    /// <summary>Makes an input of a line.</summary>
    /// <param name="runner">The task.</param>
    /// <param name="from">What the line is.</param>
    /// <param name="line">The line.</param>
    /// <param name="unknown">Is told of fields that nothing reads.</param>
    /// <exception cref="FormatException">The task cannot be asked with it; the message is for users.</exception>
    /// <exception cref="JsonException">Likewise.</exception>
    public static object Parse(ITaskRunner runner, LineFormat from, InputLine line, UnknownFields unknown)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(unknown);
        var text = line.Text;
        if (from == LineFormat.Text)
        {
            return OfText(runner, text);
        }

        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(text);
        }
        catch (JsonException broken)
        {
            throw new FormatException($"a line must be JSON, such as {runner.InputExample}, but {Short(text)} is not: {JsonBreak.Describe(text)}.{(LooksLikeJson(text) ? "" : " To ask with plain text, leave out --format jsonl.")}", broken);
        }

        using (json)
        {
            var asked = runner.ParseJson(json.RootElement.Clone());
            unknown.Tell(line.Place, json.RootElement);
            return asked;
        }
    }

    private static object OfText(ITaskRunner runner, string text)
    {
        try
        {
            return runner.ParseText(text);
        }
        catch (FormatException refused)
        {
            throw new FormatException($"{refused.Message} With --format jsonl, or in a .jsonl file, it is asked with a line such as {runner.InputExample}", refused);
        }
    }

    private static bool LooksLikeJson(string text) => text.TrimStart() is ['{' or '[' or '"', ..];

    private static string Short(string text) => text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}…'";

    // What is read: a path, or '-'; null for the texts of the command line.
    private string? Source(ParseResult parsed, CommandContext context)
    {
        var given = parsed.GetValue(input);
        var isText = parsed.GetValue(texts) is { Length: > 0 };
        return (given, isText) switch
        {
            (not null, true) => throw new UsageException("Either TEXT or --input must be given, but both are. Leave one out."),
            (null, true) => null,
            (null, false) when context.IsInTerminal => throw new UsageException("There must be something to answer. Give TEXT, or --input FILE, or '--input -' to type."),
            _ => given ?? "-",
        };
    }

    private static Stream Open(string source, CommandContext context)
    {
        if (source == "-")
        {
            return context.In;
        }

        var path = Given.ExistingFile(context, source, "--input");
        try
        {
            return File.OpenRead(path);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new UsageException($"--input must name a file that can be read, but '{path}' cannot: {refused.Message}", refused);
        }
    }

    /// <summary>What was opened.</summary>
    /// <param name="Stream">What is read; null for the texts of the command line.</param>
    /// <param name="Name">Its name for messages; null likewise.</param>
    /// <param name="From">What a line is.</param>
    /// <param name="Texts">The texts of the command line.</param>
    internal sealed record Opened(Stream? Stream, string? Name, LineFormat From, IReadOnlyList<string> Texts) : IDisposable
    {
        /// <summary>Reads it.</summary>
        public IAsyncEnumerable<InputLine> LinesAsync(CancellationToken cancellation) => Stream is null ? InputLines.OfArguments(Texts) : InputLines.OfStreamAsync(Stream, Name!, cancellation);

        public void Dispose() => Stream?.Dispose();
    }
}
