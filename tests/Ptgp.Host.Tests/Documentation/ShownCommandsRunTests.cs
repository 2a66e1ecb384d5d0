using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ptgp.Host.Commands;

namespace Ptgp.Host.Tests.Documentation;

/// <summary>Every <c>ptgp</c> line that a page shows is run, in the page's order and in one folder, with the page's own configuration on a small checkpoint.</summary>
public sealed partial class ShownCommandsRunTests : IDisposable
{
    private const string Shipped = "models/multi30k-en-de-marian";

    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Pages =>
    [
        .. new[] { "plugins", "docs", "samples" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "README.md")).Where(page => ShownCommand.In(File.ReadAllText(page)).Any())
            .Select(page => Path.GetRelativePath(Repository.Root, page).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task TheyRun(string page)
    {
        var markdown = await File.ReadAllTextAsync(Path.Combine(Repository.Root, page), TestContext.Current.CancellationToken);
        PageFiles.Write(page, folder);
        await File.WriteAllTextAsync(folder["ptgp.json"], Configuration(page, markdown), TestContext.Current.CancellationToken);
        foreach (var command in ShownCommand.In(markdown).Where(command => command.Needs is null))
        {
            var (code, said) = await RunAsync(command);
            Assert.True(code == ExitCode.Done, $"{page} shows '{command.Line}', which must run on what a clone has, but ends with {code}. Mend it, or end the line with '# needs …'.\n{said}");
        }
    }

    [Fact]
    public void ALineIsReadAsAShellDoes()
    {
        var command = new ShownCommand("""echo "Two dogs." | ptgp run en-de --recipe 'targets=["q"]' "A man"   # as it is""");
        Assert.Equal(("Two dogs.\n", null), (command.Input, command.Needs));
        Assert.Equal(["run", "en-de", "--recipe", """targets=["q"]""", "A man"], command.Arguments);
        Assert.Equal("the network", new ShownCommand("ptgp models pull a/b # needs the network").Needs);
    }

    private async Task<(int Code, string Said)> RunAsync(ShownCommand command)
    {
        using StringWriter error = new() { NewLine = "\n" };
        using MemoryStream output = new();
        CommandContext context = new()
        {
            Parts = new HostParts(),
            In = new MemoryStream(Encoding.UTF8.GetBytes(command.Input ?? "")),
            Out = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n" },
            Error = error,
            Log = new ConsoleLog(error, isVerbose: false),
            Variables = new Dictionary<string, string> { ["PTGP_CACHE"] = folder["cache"] },
            WorkingFolder = folder.Path,
        };
        // A task may be asked with a file's name, which is relative to the process's folder, and this process has another.
        var arguments = command.Arguments.Select(argument => File.Exists(folder[argument]) ? folder[argument] : argument);
        var code = await CommandLine.RunAsync([.. arguments], context, TestContext.Current.CancellationToken);
        return (code, error + Encoding.UTF8.GetString(output.ToArray()));
    }

    // What the page shows of ptgp.json, each backbone one checkpoint that a clone has; or the repository's, as it is.
    private static string Configuration(string page, string markdown)
    {
        JsonDocumentOptions lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        var shown = Shown().Match(markdown).Groups["text"].Value.Trim();
        var own = shown.Length == 0 ? File.ReadAllText(Path.Combine(Repository.Root, "ptgp.json")) : shown.StartsWith('{') ? shown : "{" + shown + "}";
        var root = JsonNode.Parse(own, documentOptions: lenient)!.AsObject();
        root.Remove("$schema");
        var plugins = root["plugins"]?["folders"]?.AsArray().Select(one => (string)one!).ToList() ?? [];
        root["plugins"] = new JsonObject { ["folders"] = new JsonArray([.. plugins.Append(Plugins).Select(one => (JsonNode)one)]) };
        if (shown.Length == 0 && PageFiles.Checkpoint(page) is null)
        {
            Place(root["backbones"]!, "checkpoint");
            Place(root["tasks"]!, "adapter");
            return root.ToJsonString();
        }

        var checkpoint = PageFiles.Checkpoint(page) is { } fixture ? Repository.Fixture("models", fixture) : Path.Combine(Repository.Root, Shipped);
        root["backbones"] = new JsonObject(root["tasks"]!.AsObject().Select(task => (string)task.Value!["backbone"]!).Distinct()
            .Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["checkpoint"] = checkpoint, ["device"] = "cpu" })));
        return root.ToJsonString();

        // Paths are relative to the configuration's folder, which is another here.
        static void Place(JsonNode named, string path)
        {
            foreach (var one in named.AsObject().Select(one => one.Value!.AsObject()).Where(one => one[path] is not null))
            {
                one[path] = Path.Combine(Repository.Root, (string)one[path]!);
            }
        }
    }

    [GeneratedRegex("^```jsonc\r?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Shown();
}
