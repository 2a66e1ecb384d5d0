using System.CommandLine;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using static TorchSharp.torch;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp models convert</c>: writes a checkpoint with its weights in another type, such as half the size.</summary>
internal sealed class ModelsConvertCommand : IPtgpCommand
{
    // No checkpoint gains by more than it is loaded with.
    private static readonly Dictionary<string, ScalarType> types = StoredTypes.ByName.Where(type => type.Value != ScalarType.Float64).ToDictionary(StringComparer.OrdinalIgnoreCase);

    private readonly Argument<string> path = new("PATH") { Description = "The folder of a checkpoint." };
    private readonly Option<string> dtype = new("--dtype") { Description = $"As what its weights are stored: {string.Join(", ", types.Keys)}.", HelpName = "TYPE", Required = true };
    private readonly Option<string> output = new("--output") { Description = "The folder to write. It must be empty, or not be there.", HelpName = "FOLDER", Required = true };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("convert", "Writes a checkpoint with its weights in another type. Writes the folder's path.") { path, dtype, output };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var (source, folder) = (context.Resolve(parsed.GetRequiredValue(path)), Given.Folder(context, parsed.GetRequiredValue(output), "--output"));
            var type = Type(parsed.GetRequiredValue(dtype));
            Given.MustBeEmpty(folder, "--output");
            await Task.Run(() => Convert(source, type, folder), cancellation).ConfigureAwait(false);
            await context.Out.WriteLineAsync(folder.AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Convert(string source, ScalarType type, string folder)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var checkpoint = CheckpointFolder.Open(source);
        using var transformer = checkpoint.LoadTransformer(CPU, type);
        foreach (var (name, tensor) in transformer.NamedTensors)
        {
            // Half the width has a hundredth of the range: what does not fit becomes infinite without a word.
            using var finite = tensor.isfinite().all();
            if (!finite.item<bool>())
            {
                throw new UserException($"The weights of '{source}' must be numbers that {type.ToString().ToLowerInvariant()} holds, but '{name}' has others. Take another --dtype, such as bfloat16.");
            }
        }

        checkpoint.Save(transformer, folder);
    }

    private static ScalarType Type(string given) => types.TryGetValue(given, out var type) ? type
        : throw new UsageException($"--dtype must be one of {string.Join(", ", types.Keys)}, but is '{given}'.{(Nearest.Find(given, types.Keys) is { } near ? $" Did you mean '{near}'?" : "")}");
}
