using System.CommandLine;
using System.Globalization;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp models new</c>: writes a checkpoint with fresh weights, to pre-train.</summary>
internal sealed class ModelsNewCommand : IPtgpCommand
{
    private static readonly string shapes = string.Join(", ", FreshShape.All.Select(shape => $"{shape.Name} ({shape.About})"));

    private readonly Option<string> shape = new("--shape") { Description = $"Its shape: {shapes}.", HelpName = "NAME", Required = true };
    private readonly Option<string> output = new("--output") { Description = "The folder to write. It must be empty, or not be there.", HelpName = "FOLDER", Required = true };
    private readonly Option<string?> tokenizer = new("--tokenizer") { Description = "A folder whose tokenizer is copied; the vocabulary is that of the tokenizer.", HelpName = "FOLDER" };
    private readonly Option<int?> vocabulary = new("--vocabulary") { Description = "How many ids it reads and writes, instead of --tokenizer.", HelpName = "N" };
    private readonly Option<int> seed = new("--seed") { Description = "What the weights are drawn from; the same seed gives the same bytes.", HelpName = "N", DefaultValueFactory = _ => 42 };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("new", "Writes a checkpoint with fresh weights, to pre-train. Writes the folder's path.") { shape, output, tokenizer, vocabulary, seed };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var (form, folder) = (Shape(parsed.GetRequiredValue(shape)), Given.Folder(context, parsed.GetRequiredValue(output), "--output"));
            Given.MustBeEmpty(folder, "--output");
            var made = await Task.Run(() => Write(parsed, context, form, folder), cancellation).ConfigureAwait(false);
            var (config, parameters) = (made.Config, made.Verify().Parameters.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' '));
            context.Log.Status($"'{folder}' is there: {form.About}; {parameters} parameters, drawn from seed {parsed.GetValue(seed)}.");
            if (parsed.GetValue(tokenizer) is null)
            {
                context.Log.Status($"It has no tokenizer yet. Before a task uses it, put the files of one there that has at most {config.Vocabulary} tokens{Special(config)}: tokenizer.json, or those that the family {made.Family.Name} has.");
            }

            await context.Out.WriteLineAsync(folder.AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return command;
    }

    private CheckpointFolder Write(ParseResult parsed, CommandContext context, FreshShape form, string folder) => (parsed.GetValue(tokenizer), parsed.GetValue(vocabulary)) switch
    {
        (null, null) => throw new UsageException("'ptgp models new' must be told what the backbone reads: --tokenizer FOLDER, whose tokenizer is copied, or --vocabulary N, for one that you add later."),
        (not null, not null) => throw new UsageException("'ptgp models new' takes --tokenizer or --vocabulary, but both are given."),
        ({ } from, null) => FreshCheckpoint.Write(form, folder, context.Resolve(from), parsed.GetValue(seed)),
        (null, { } count) => count >= FreshShape.SmallestVocabulary
            ? FreshCheckpoint.Write(form, folder, count, parsed.GetValue(seed))
            : throw new UsageException($"--vocabulary must be at least {FreshShape.SmallestVocabulary}, but is {count}."),
    };

    private static FreshShape Shape(string name) => FreshShape.All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"--shape must be one of {string.Join(", ", FreshShape.All.Select(known => known.Name))}, but is '{name}'.{(Nearest.Find(name, FreshShape.All.Select(known => known.Name)) is { } near ? $" Did you mean '{near}'?" : "")}");

    private static string Special(TransformerConfig config) => config.EndId == TransformerConfig.Unknown ? $", of which {config.PadId} is padding"
        : config.PadId == config.EndId ? $", of which {config.EndId} ends a text"
        : $", of which {config.EndId} ends a text and {config.PadId} is padding";
}
