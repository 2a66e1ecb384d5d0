using System.CommandLine;

namespace Ptgp.Host.Commands;

/// <summary>The options that all commands share.</summary>
internal sealed class SharedOptions
{
    private readonly Option<string?> config = new("--config") { Description = "The host configuration. By default ptgp.json in the working folder, else the one beside the executable.", HelpName = "FILE", Recursive = true };
    private readonly Option<string[]> set = new("--set") { Description = "Sets a key of the configuration, such as tasks:en-de:generation:numBeams=1. May be repeated.", HelpName = "KEY=VALUE", Recursive = true };
    private readonly Option<bool> verbose = new("--verbose") { Description = "Says more, and shows failures whole.", Recursive = true };

    /// <summary>Adds the options to the root of the command line.</summary>
    public void AddTo(Command root)
    {
        root.Add(config);
        root.Add(set);
        root.Add(verbose);
    }

    /// <summary>Reads what was given.</summary>
    public Values Read(ParseResult parsed) => new() { Config = parsed.GetValue(config), Settings = parsed.GetValue(set) ?? [], IsVerbose = parsed.GetValue(verbose) };

    /// <summary>What was given.</summary>
    internal sealed record Values
    {
        /// <summary>Gets the configuration's file; null to look for it.</summary>
        public string? Config { get; init; }

        /// <summary>Gets settings of the form <c>key=value</c>.</summary>
        public IReadOnlyList<string> Settings { get; init; } = [];

        /// <summary>Gets whether failures are shown whole.</summary>
        public bool IsVerbose { get; init; }
    }
}
