using System.CommandLine;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp models pull</c>: fetches a checkpoint from the hub.</summary>
internal sealed class ModelsPullCommand : IPtgpCommand
{
    private readonly Argument<string> name = new("NAME[@REVISION]") { Description = "The model, such as google/flan-t5-small, and which branch, tag or commit of it. By default main." };
    private readonly Option<string?> to = new("--to") { Description = "The folder to put it in. By default one of the cache, which PTGP_CACHE moves.", HelpName = "FOLDER" };
    private readonly Option<bool> offline = new("--offline") { Description = "Asks nobody, and fails unless it was pulled before. So does HF_HUB_OFFLINE=1." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("pull", "Fetches a checkpoint from the hub: what is needed of it and not there yet. Writes the folder's path.") { name, to, offline };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var text = parsed.GetRequiredValue(name);
        if (!HubReference.TryParse(text.StartsWith(HubReference.Prefix, StringComparison.Ordinal) ? text[HubReference.Prefix.Length..] : text, out var reference))
        {
            throw new UsageException($"NAME[@REVISION] {HubReference.Rule}, but is '{text}'.");
        }

        var options = HubOptions.FromEnvironment(context.Variables);
        options = options with { IsOffline = options.IsOffline || parsed.GetValue(offline) };
        var folder = parsed.GetValue(to) is { } path ? Given.Folder(context, path, "--to") : null;
        var cache = ModelCache.Of(context.Variables, context.WorkingFolder);
        PulledFolder pulled;
        try
        {
            using var display = PullDisplay.For(context);
            pulled = await new ModelPull(options, cache, display).RunAsync(reference, folder, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Log.Status("What was pulled stays; the same command goes on from there.");
            throw;
        }

        context.Log.Status($"'{reference}' is there: {Tables.Count(pulled.Files.Count, "file")}, {Sizes.Say(pulled.Size)}, commit {pulled.Commit}.");
        await context.Out.WriteLineAsync(pulled.Path.AsMemory(), cancellation).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
