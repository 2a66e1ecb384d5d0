using System.Collections;
using System.Text;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>What surrounds a command: the process's streams, or a test's.</summary>
internal sealed record CommandContext
{
    /// <summary>Gets what the host is made of.</summary>
    public required IHostParts Parts { get; init; }

    /// <summary>Gets standard input.</summary>
    public required Stream In { get; init; }

    /// <summary>Gets standard output, for results alone.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Gets standard error, for everything else.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Gets whether someone types the input.</summary>
    public bool IsInTerminal { get; init; }

    /// <summary>Gets whether someone reads the output as it comes.</summary>
    public bool IsOutTerminal { get; init; }

    /// <summary>Gets whether someone reads the messages as they come.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Gets the environment's variables.</summary>
    public IDictionary Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the folder that relative paths of the command line are relative to.</summary>
    public string WorkingFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Gets the options that all commands share.</summary>
    public SharedOptions.Values Shared { get; init; } = new();

    /// <summary>Gets whether failures are shown whole.</summary>
    public bool IsVerbose => Shared.IsVerbose;

    /// <summary>Gets what is said beside results.</summary>
    public required IConsoleLog Log { get; init; }

    /// <summary>Makes the context of this process.</summary>
    public static CommandContext OfProcess(IHostParts parts)
    {
        var error = Writer(Console.OpenStandardError());
        return new()
        {
            Parts = parts,
            In = Console.OpenStandardInput(),
            Out = Writer(Console.OpenStandardOutput()),
            Error = error,
            Log = new ConsoleLog(error, isVerbose: false),
            IsInTerminal = !Console.IsInputRedirected,
            IsOutTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            Variables = Environment.GetEnvironmentVariables(),
        };
    }

    /// <summary>Makes the context of one command of this process.</summary>
    public CommandContext With(SharedOptions.Values shared) => this with { Shared = shared, Log = new ConsoleLog(Error, shared.IsVerbose) };

    /// <summary>Reads the configuration that the shared options name.</summary>
    /// <param name="checksPlugins">Whether tasks must name plugins that there are.</param>
    /// <param name="checksFolders">Whether what it names must be there.</param>
    /// <exception cref="ConfigurationException">It does not hold.</exception>
    public HostConfiguration ReadConfiguration(bool checksPlugins = true, bool checksFolders = true) => new ConfigurationReader
    {
        File = Shared.Config,
        Settings = Shared.Settings,
        Environment = Variables,
        WorkingFolder = WorkingFolder,
        ChecksFolders = checksFolders,
        FindPlugins = checksPlugins ? Parts.FindPlugins : null,
        FindMore = FurtherFaults.Of,
    }.Read();

    /// <summary>Makes a path of the command line absolute.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, WorkingFolder);

    // What is no text becomes U+FFFD; it never stops the output.
    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false), 1 << 14) { NewLine = "\n" };
}
