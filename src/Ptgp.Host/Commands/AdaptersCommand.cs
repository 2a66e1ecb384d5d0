using System.CommandLine;
using Ptgp.Backbone;
using Ptgp.Host.Training;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp adapters merge</c>: writes a checkpoint that does alone what a backbone does with an adapter.</summary>
internal sealed class AdaptersCommand : IPtgpCommand
{
    private readonly Argument<string> adapter = new("ADAPTER") { Description = "The folder that ptgp train or PEFT wrote." };
    private readonly Option<string?> backbone = new("--backbone") { Description = "The configuration's name of the backbone it was made for.", HelpName = "NAME" };
    private readonly Option<string?> checkpoint = new("--checkpoint") { Description = "The folder of the checkpoint it was made for, instead of --backbone.", HelpName = "PATH" };
    private readonly Option<string> output = new("--output") { Description = "The folder to write. It must be empty, or not be there.", HelpName = "FOLDER", Required = true };

    public Command Create(CommandGuard guard)
    {
        var merge = new Command("merge", "Writes a checkpoint with an adapter merged into its weights.") { adapter, backbone, checkpoint, output };
        merge.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var folder = Base(parsed, context);
            var source = context.Resolve(parsed.GetRequiredValue(adapter));
            var target = context.Resolve(parsed.GetRequiredValue(output));
            if (target == folder || target == source)
            {
                throw new UsageException($"--output must be a folder of its own, but '{target}' is what is merged.");
            }

            Given.MustBeEmpty(target, "--output");
            var learned = TrainedTask.Find(source);
            if (TrainedTask.WhyOdd(learned) is { } odd)
            {
                context.Log.Warn(odd);
            }

            var left = await Task.Run(() => AdapterMerge.Save(CheckpointFolder.Open(folder), learned, target), cancellation).ConfigureAwait(false);
            if (left.Count > 0)
            {
                context.Log.Status($"A checkpoint holds no heads; left out: {string.Join(", ", left)}.");
            }

            await context.Out.WriteLineAsync(target.AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return new Command("adapters", "Handles what tasks have learned.") { merge };
    }

    private string Base(ParseResult parsed, CommandContext context) => (parsed.GetValue(backbone), parsed.GetValue(checkpoint)) switch
    {
        (null, null) => throw new UsageException("'ptgp adapters merge' must be told what to merge into: --backbone NAME or --checkpoint PATH."),
        (not null, not null) => throw new UsageException("'ptgp adapters merge' takes --backbone or --checkpoint, but both are given."),
        (null, { } path) => context.Resolve(path),
        ({ } name, null) => context.ReadConfiguration(checksPlugins: false).Backbones is var known && known.TryGetValue(name, out var found)
            ? found.Checkpoint
            : throw new UserException($"There must be a backbone '{name}' in the configuration, but there is none. Known here: {string.Join(", ", known.Keys)}."),
    };
}
