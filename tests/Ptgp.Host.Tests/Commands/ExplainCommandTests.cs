using System.Text;
using System.Text.Json.Nodes;
using Ptgp.Host.Explaining;

namespace Ptgp.Host.Tests.Commands;

public sealed class ExplainCommandTests
{
    [Fact]
    public async Task APageGoesToTheFileThatIsNamed()
    {
        using var folder = new CommandFolder();
        folder.Write("in.txt", "a man\n\na dog\n");
        var (code, output, error) = await folder.RunAsync("explain", "shout", "--input", "in.txt", "--output", "out.html");
        Assert.Equal((0, ""), (code, output));
        Assert.Matches("^2 inputs explained in .* s: '.*out.html'.\n$", error);
        var page = File.ReadAllText(folder["out.html"]);
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("A MAN", page, StringComparison.Ordinal);
        Assert.Contains("A DOG", page, StringComparison.Ordinal);
        Assert.True(folder.Parts.IsDisposed);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--output", "out.json")]
    [InlineData("--output", "out.jsonl", "--json")]
    [InlineData("--output", "out.txt", "--json")]
    public async Task FiguresGoALineEach(params string[] where)
    {
        using var folder = new CommandFolder { In = Encoding.UTF8.GetBytes("{\"text\": \"a\", \"txet\": 1}\n{\"text\": \"!remark\", \"txet\": 2}\n") };
        var (code, output, error) = await folder.RunAsync(["explain", "shout", "--format", "jsonl", .. where]);
        Assert.Equal(0, code);
        var lines = (where[0] == "--json" ? output : File.ReadAllText(folder[where[1]])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["A", "!REMARK"], lines.Select(line => (string)JsonNode.Parse(line)!["answer"]!["answer"]!));
        Assert.StartsWith("Warning: standard input(1): passed over, here and in further inputs: \"txet\" (did you mean \"text\"?). An input of task 'shout' may have \"text\".\nWarning: standard input(2): Something was left out.\n2 inputs explained in ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionsSayWhatIsComputed()
    {
        using var folder = new CommandFolder();
        await folder.RunAsync("explain", "shout", "x", "--json", "--method", "attention,INPUTXGRADIENT", "--layers", "1-2", "--steps", "64", "--baseline", "Zero", "--alternatives", "0", "--per-token");
        Assert.True(folder.Parts.Explanations.TryDequeue(out var request));
        Assert.Equal(ExplanationMethods.Attention | ExplanationMethods.InputXGradient, request.Methods);
        Assert.Equal([1, 2], request.Layers!.Of(9));
        Assert.Equal((64, ExplanationBaseline.Zero, 0, true), (request.Steps, request.Baseline, request.Alternatives, request.IsPerToken));
        await folder.RunAsync("explain", "shout", "x", "--json");
        Assert.True(folder.Parts.Explanations.TryDequeue(out var usual));
        Assert.Equal((ExplanationMethods.All, null, 32, ExplanationBaseline.Pad, 5, false), (usual.Methods, usual.Layers, usual.Steps, usual.Baseline, usual.Alternatives, usual.IsPerToken));
    }

    [Theory]
    [InlineData("--method must be one that there is, but is 'atention'. Did you mean 'attention'?", "x", "--method", "atention")]
    [InlineData("--layers must be 'all', 'last', or numbers from 0 and ranges such as '0,2-4', but is 'x'.", "x", "--layers", "x")]
    [InlineData("--steps must be from 1 to 1000, but is 0.", "x", "--steps", "0")]
    [InlineData("--alternatives must be from 0 to 100, but is 101.", "x", "--alternatives", "101")]
    [InlineData("--baseline must be 'pad' or 'zero', but is 'mask'.", "x", "--baseline", "mask")]
    [InlineData("An option must be one that 'ptgp explain --help' names, but is '--layer'. Did you mean '--layers'? A text that looks like an option stands behind '--'.", "--layer", "x")]
    [InlineData("Either TEXT or --input must be given, but both are. Leave one out.", "x", "--input", "in.txt")]
    [InlineData("--output must name a file .html or .htm for the page, or .json or .jsonl for figures, but names 'd.pdf'. To write figures under any name, add --json.", "x", "--output", "d.pdf")]
    [InlineData("--output must name a file .html or .htm for the page, or .json or .jsonl for figures, but names 'page'. To write figures under any name, add --json.", "x", "--output", "page")]
    public async Task WrongUsageIsFoundBeforeAnythingIsLoaded(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", message + "\n"), await folder.RunAsync(["explain", "shout", .. args]));
        Assert.False(folder.Parts.WasOpened);
    }

    [Fact]
    public async Task APageIsNotPouredOverATerminal()
    {
        using var folder = new CommandFolder { IsTerminal = true };
        Assert.Equal((2, "", "There must be somewhere for the page to go. Give --output FILE.html, or --json for figures.\n"), await folder.RunAsync("explain", "shout", "x"));
    }

    [Fact]
    public async Task NothingToExplainIsWrongUsage()
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", "There must be something to explain, but TEXT is empty.\n"), await folder.RunAsync("explain", "shout", "", "--output", "out.html"));
        Assert.False(File.Exists(folder["out.html"]));
    }

    [Fact]
    public async Task ALineThatIsNoInputIsNamed()
    {
        using var folder = new CommandFolder { In = Encoding.UTF8.GetBytes("a\n!parse\n") };
        Assert.Equal((1, "", "standard input(2): There must be no '!parse', but there is. With --format jsonl, or in a .jsonl file, it is asked with a line such as {\"text\": \"…\"}\n"), await folder.RunAsync("explain", "shout"));
    }
}
