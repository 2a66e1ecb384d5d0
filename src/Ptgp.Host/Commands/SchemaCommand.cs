using System.CommandLine;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp schema</c>: writes ptgp.schema.json, for whoever changes the configuration's records.</summary>
internal sealed class SchemaCommand : IPtgpCommand
{
    public Command Create(CommandGuard guard)
    {
        var command = new Command("schema", "Writes the JSON Schema of ptgp.json.") { Hidden = true };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            await context.Out.WriteAsync(OptionsSchema.OfHostConfiguration().AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return command;
    }
}
