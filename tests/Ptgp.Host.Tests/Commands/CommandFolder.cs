using System.Text;
using Ptgp.Host.Commands;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Commands;

/// <summary>A working folder with a configuration of a task 'shout', in which commands run as in a process of their own.</summary>
internal sealed class CommandFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CommandFolder(string tasks = """ "shout": { "plugin": "fake", "backbone": "base" } """)
    {
        Directory.CreateDirectory(folder["model"]);
        Configuration = folder.Write("ptgp.json", $$"""{ "backbones": { "base": { "checkpoint": "model" } }, "tasks": { {{tasks}} } }""");
    }

    public string Configuration { get; }

    public string Path => folder.Path;

    public string this[string name] => folder[name];

    public FakeParts Parts { get; init; } = new();

    public bool IsTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    public byte[] In { get; init; } = [];

    /// <summary>Gets the environment; the cache lies in the folder.</summary>
    public Dictionary<string, string> Variables => field ??= new() { ["PTGP_CACHE"] = folder["cache"] };

    public CancellationToken Cancellation { get; init; } = TestContext.Current.CancellationToken;

    public string Write(string name, string text) => folder.Write(name, text);

    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        var (output, error) = (new MemoryStream(), new StringWriter { NewLine = "\n" });
        var context = new CommandContext
        {
            Parts = Parts,
            In = new MemoryStream(In),
            Out = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n" },
            Error = error,
            Log = new ConsoleLog(error, isVerbose: false),
            IsInTerminal = IsTerminal,
            IsOutTerminal = IsTerminal,
            IsErrorTerminal = IsErrorTerminal,
            Variables = Variables,
            WorkingFolder = folder.Path,
        };
        var code = await CommandLine.RunAsync(args, context, Cancellation);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    public void Dispose() => folder.Dispose();
}
