using System.Text;

namespace Ptgp.Host.Tests.Commands;

/// <summary>Answers that are files by themselves, such as subtitles.</summary>
public sealed class AnswerFileTests
{
    [Fact]
    public async Task AnAnswerIsWrittenAsItIs()
    {
        using var folder = Folder();
        Assert.Equal((0, "1\nA\n\n", ""), await folder.RunAsync("run", "shout", "a"));
        Assert.Equal((0, "", ""), await folder.RunAsync("run", "shout", "a", "--output", "a.sub"));
        Assert.Equal("1\nA\n\n", File.ReadAllText(folder["a.sub"]));
        // Whatever the file is called.
        Assert.Equal(0, (await folder.RunAsync("run", "shout", "b", "--output", "b.txt")).Code);
        Assert.Equal("1\nB\n\n", File.ReadAllText(folder["b.txt"]));
    }

    [Fact]
    public async Task JsonStaysJson()
    {
        using var folder = Folder();
        folder.Write("in.jsonl", "{\"text\": \"a\"}\n");
        Assert.Equal((0, "{\"answer\":\"A\"}\n", ""), await folder.RunAsync("run", "shout", "a", "--json"));
        Assert.Equal("{\"answer\":\"A\"}\n", (await folder.RunAsync("run", "shout", "--input", "in.jsonl")).Out);
        Assert.Equal(0, (await folder.RunAsync("run", "shout", "a", "--output", "a.jsonl")).Code);
        Assert.Equal("{\"answer\":\"A\"}\n", File.ReadAllText(folder["a.jsonl"]));
        Assert.Equal(0, (await folder.RunAsync("run", "shout", "--input", "in.jsonl", "--output", "a.sub")).Code);
        Assert.Equal("1\nA\n\n", File.ReadAllText(folder["a.sub"]));
    }

    [Fact]
    public async Task SeveralFollowOnEachOtherOnATerminal()
    {
        using var folder = new CommandFolder { Parts = new() { AnswerFile = Form }, In = Encoding.UTF8.GetBytes("a\n\nb\n") };
        Assert.Equal((0, "1\nA\n\n1\nB\n\n"), Short(await folder.RunAsync("run", "shout")));
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("--input", "in.txt")]
    public async Task SeveralDoNotFitOneFileAndAreNotAskedFor(params string[] given)
    {
        using var folder = Folder();
        folder.Write("in.txt", "a\n\nb\n");
        folder.Write("a.sub", "old");
        var (code, output, error) = await folder.RunAsync(["run", "shout", .. given, "--output", "a.sub"]);
        Assert.Equal((2, "", $"--output must name a folder, such as '{folder["a"]}{Path.DirectorySeparatorChar}', where several inputs become a file each, but is the file '{folder["a.sub"]}'.\n"), (code, output, error));
        Assert.Empty(folder.Parts.Asked);
        Assert.Equal("old", File.ReadAllText(folder["a.sub"]));
        Assert.False(File.Exists(folder["a.sub.partial"]));
    }

    [Fact]
    public async Task EmptyLinesDoNotMakeOneInputSeveral()
    {
        using var folder = Folder();
        folder.Write("in.txt", "\na\n\n");
        Assert.Equal(0, (await folder.RunAsync("run", "shout", "--input", "in.txt", "--output", "a.sub")).Code);
        Assert.Equal("1\nA\n\n", File.ReadAllText(folder["a.sub"]));
    }

    [Fact]
    public async Task EachInputBecomesAFileOfAFolder()
    {
        using var folder = Folder();
        folder.Write("in.txt", "x/a\n\ny/a\n../b.c\n..\nq:?\nA\n");
        var (code, output, error) = await folder.RunAsync("run", "shout", "--input", "in.txt", "--output", "out/");
        Assert.Equal((0, ""), (code, output));
        Assert.StartsWith("6 files in ", error, StringComparison.Ordinal);
        Assert.Equal(["4.sub", "a-2.sub", "A-3.sub", "a.sub", "b.c.sub", "q.sub"], Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal("1\nX/A\n\n", File.ReadAllText(Path.Combine(folder["out"], "a.sub")));
        Assert.Equal("1\nY/A\n\n", File.ReadAllText(Path.Combine(folder["out"], "a-2.sub")));
        // One that is there is written to as well.
        Assert.Equal((0, "", ""), await folder.RunAsync("run", "shout", "new", "--output", "out"));
        Assert.Equal("1\nNEW\n\n", File.ReadAllText(Path.Combine(folder["out"], "new.sub")));
    }

    [Fact]
    public async Task WhatWasWrittenBeforeAFaultStays()
    {
        using var folder = Folder();
        folder.Write("in.txt", "a\n!fail\nb\n");
        var (code, _, error) = await folder.RunAsync("run", "shout", "--input", "in.txt", "--output", "out/");
        Assert.Equal((1, $"Warning: Not all was answered. What was, 1 file, is in '{folder["out"]}{Path.DirectorySeparatorChar}'.\nin.txt(2): There must be an answer, but there is none.\n"), (code, error));
        Assert.Equal(["a.sub"], Directory.GetFiles(folder["out"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LinesGoToNoFolder(bool isFile)
    {
        using var folder = isFile ? Folder() : new CommandFolder();
        string[] json = isFile ? ["--json"] : [];
        Assert.Equal((2, "", $"--output must name a file, but there is a folder at '{folder["model"]}'.\n"), await folder.RunAsync(["run", "shout", "a", "--output", "model", .. json]));
        Assert.False(folder.Parts.WasOpened);
    }

    private static AnswerFile<object, object> Form => new() { Extension = "sub", Write = answer => $"1\n{answer}\n\n", Name = input => (string)input };

    private static CommandFolder Folder() => new() { Parts = new() { AnswerFile = Form } };

    private static (int, string) Short((int Code, string Out, string) run) => (run.Code, run.Out);
}
