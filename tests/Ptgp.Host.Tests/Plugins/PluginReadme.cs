using System.Text;
using System.Text.RegularExpressions;
using Ptgp.Host.Commands;

namespace Ptgp.Host.Tests.Plugins;

/// <summary>A plugin's README as its reader takes it: its tasks in a configuration, its commands run one after another in one folder.</summary>
internal sealed partial class PluginReadme : IDisposable
{
    private static readonly string Plugins = Path.Combine(Repository.Root, "artifacts", "bin", "Ptgp.Host", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "plugins");

    private readonly TemporaryFolder folder = new();
    private readonly string text;

    public PluginReadme(string plugin, string checkpoint)
    {
        text = File.ReadAllText(Path.Combine(Repository.Root, "plugins", plugin, "README.md")).ReplaceLineEndings("\n");
        folder.Write("ptgp.json", $$"""
            {
              "plugins": { "folders": ["{{Plugins.Replace('\\', '/')}}"] },
              "backbones": { "base": { "checkpoint": "{{Repository.Fixture("models", checkpoint).Replace('\\', '/')}}", "device": "cpu" } },
              {{Tasks().Match(text).Groups[1].Value}}
            }
            """);
    }

    /// <summary>Gets the commands of its blocks of shell, in order.</summary>
    public IReadOnlyList<string> Commands => [.. Blocks().Matches(text).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    public string this[string name] => folder[name];

    public void Write(string name, string content) => folder.Write(name, content);

    /// <summary>Runs a command: <c>ptgp …</c>, or <c>echo '…' | ptgp …</c>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="more">What is added to it, so that it takes no time.</param>
    public async Task<(int Code, string Out, string Error)> RunAsync(string command, params string[] more)
    {
        var (output, error) = (new MemoryStream(), new StringWriter { NewLine = "\n" });
        var piped = command.Split(" | ");
        var context = new CommandContext
        {
            Parts = new HostParts(),
            In = new MemoryStream(Encoding.UTF8.GetBytes(piped.Length == 1 ? "" : Words(piped[0])[1])),
            Out = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n" },
            Error = error,
            Log = new ConsoleLog(error, isVerbose: false),
            WorkingFolder = folder.Path,
        };
        var code = await CommandLine.RunAsync([.. Words(piped[^1])[1..], .. more], context, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    public void Dispose() => folder.Dispose();

    private static string[] Words(string command) => [.. Word().Matches(command).Select(word => word.Value.Trim('\'', '"'))];

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|[^ ]+")]
    private static partial Regex Word();

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("```jsonc\n(\"tasks\".*?)```", RegexOptions.Singleline)]
    private static partial Regex Tasks();
}
