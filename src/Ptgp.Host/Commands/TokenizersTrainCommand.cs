using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Ptgp.Backbone.Tokenization.Training;
using Ptgp.Host.Configuration;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp tokenizers train</c>: trains a tokenizer from text files.</summary>
internal sealed class TokenizersTrainCommand : IPtgpCommand
{
    private static readonly string layouts = string.Join("; ", TokenizerLayout.All.Select(layout => $"{layout.Name} ({layout.About})"));

    private readonly Argument<string[]> files = new("FILE") { Description = "Text files in UTF-8; a line is a text.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> output = new("--output") { Description = "The folder to write. It must be empty, or not be there.", HelpName = "FOLDER", Required = true };
    private readonly Option<string> layout = new("--layout") { Description = $"As which family's tokenizer it is written, or for which shape of 'ptgp models new': {layouts}.", HelpName = "NAME", Required = true };
    private readonly Option<string?> kind = new("--kind") { Description = "How it cuts words: unigram or bpe. The default is the layout's.", HelpName = "KIND" };
    private readonly Option<int> size = new("--size") { Description = "How many pieces it has, special ones included.", HelpName = "N", DefaultValueFactory = _ => 8000 };
    private readonly Option<double> coverage = new("--coverage") { Description = "Which share of all characters has pieces of its own; the rarest have none.", HelpName = "SHARE", DefaultValueFactory = _ => 0.9995 };
    private readonly Option<string> normalization = new("--normalization") { Description = "How text is rewritten first: nmt_nfkc, as SentencePiece does, or none.", HelpName = "NAME", DefaultValueFactory = _ => "nmt_nfkc" };
    private readonly Option<bool?> bytes = new("--byte-fallback") { Description = "Whether what no piece covers is spelled in bytes. The default is the layout's.", HelpName = "true|false" };
    private readonly Option<int> longest = new("--longest-piece") { Description = "How many characters a piece has at most.", HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<string[]> symbols = new("--symbol") { Description = "A text that is a token wherever it stands; may be given again.", HelpName = "TEXT", DefaultValueFactory = _ => [] };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("train", "Trains a tokenizer from text files. Writes the folder's path.") { files, output, layout, kind, size, coverage, normalization, bytes, longest, symbols };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var recipe = Recipe(parsed);
            var texts = parsed.GetRequiredValue(files).Select(context.Resolve).ToList();
            if (texts.Find(path => !File.Exists(path)) is { } absent)
            {
                throw new UsageException($"FILE must name a text file, but there is none at '{absent}'.");
            }

            var folder = Given.Folder(context, parsed.GetRequiredValue(output), "--output");
            Given.MustBeEmpty(folder, "--output");
            var begun = Stopwatch.GetTimestamp();
            using var line = new StatusLine(context);
            var made = await Task.Run(() => Train(recipe, texts.SelectMany(TextFile.Read).Select(text => text.Text), folder, text => Show(context, line, text), cancellation), cancellation).ConfigureAwait(false);
            line.Clear();
            context.Log.Status(string.Create(CultureInfo.InvariantCulture, $"'{folder}' is there: {Kind(recipe.Kind)} of {made.Count} tokens in the layout '{recipe.Layout.Name}', after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s."));
            await context.Out.WriteLineAsync(folder.AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return new Command("tokenizers", "Makes tokenizers, and shows what they do.") { command, new TokenizersEncodeCommand().Create(guard) };
    }

    private TokenizerRecipe Recipe(ParseResult parsed)
    {
        var named = parsed.GetRequiredValue(layout);
        var recipe = new TokenizerRecipe(TokenizerLayout.Find(named) ?? throw OneOf("--layout", named, TokenizerLayout.All.Select(known => known.Name)));
        return recipe with
        {
            Kind = parsed.GetValue(kind) switch
            {
                null => recipe.Kind,
                "unigram" => PieceModelKind.Unigram,
                "bpe" => PieceModelKind.BytePair,
                var other => throw OneOf("--kind", other, ["unigram", "bpe"]),
            },
            Normalization = parsed.GetRequiredValue(normalization) switch
            {
                "nmt_nfkc" => TextNormalization.NmtNfkc,
                "none" => TextNormalization.None,
                var other => throw OneOf("--normalization", other, ["nmt_nfkc", "none"]),
            },
            Size = parsed.GetValue(size),
            CharacterCoverage = parsed.GetValue(coverage),
            HasByteFallback = parsed.GetValue(bytes) ?? recipe.HasByteFallback,
            LongestPiece = parsed.GetValue(longest),
            Symbols = parsed.GetRequiredValue(symbols),
        };
    }

    private static ITokenizer Train(TokenizerRecipe recipe, IEnumerable<string> texts, string folder, Action<string> report, CancellationToken cancellation)
    {
        try
        {
            return TokenizerTraining.Train(recipe, texts, folder, report, cancellation);
        }
        catch (ArgumentException fault)
        {
            throw new UsageException(fault.Message, fault);
        }
    }

    private static void Show(CommandContext context, StatusLine line, string text)
    {
        if (context.IsErrorTerminal)
        {
            line.Show(text);
        }
        else
        {
            context.Log.Status(text);
        }
    }

    private static string Kind(PieceModelKind kind) => kind == PieceModelKind.Unigram ? "a unigram model" : "byte pairs";

    private static UsageException OneOf(string option, string given, IEnumerable<string> known) =>
        new($"{option} must be one of {string.Join(", ", known)}, but is '{given}'.{(Nearest.Find(given, known) is { } near ? $" Did you mean '{near}'?" : "")}");
}
