using System.Text;
using Ptgp.Host.Commands;

namespace Ptgp.Host.Tests.Commands;

public sealed class RunCommandTests
{
    [Fact]
    public async Task ATerminalSeesHowFarALongAnswerHasComeAndAPipeDoesNot()
    {
        using var terminal = new CommandFolder { IsErrorTerminal = true };
        var (code, output, error) = await terminal.RunAsync("run", "shout", "!long");
        Assert.Equal((0, "!long\n", "\r37 %\r    \r"), (code, output, error));
        terminal.Write("in.txt", "a\n!long\n");
        Assert.Contains("\rin.txt(2): 37 %\r               \r", (await terminal.RunAsync("run", "shout", "--input", "in.txt")).Error, StringComparison.Ordinal);
        using var pipe = new CommandFolder();
        Assert.Equal("", (await pipe.RunAsync("run", "shout", "!long")).Error);
    }

    [Fact]
    public async Task TextsOfTheCommandLineAreAnsweredALineEach()
    {
        using var folder = new CommandFolder();
        Assert.Equal((0, "A MAN.\n\n@FILE\n", ""), await folder.RunAsync("run", "shout", "a man.", "", "@file"));
        Assert.True(folder.Parts.IsDisposed);
        Assert.Equal(["a man.", "@file"], folder.Parts.Asked);
    }

    [Theory]
    [InlineData("--inptu", "An option must be one that 'ptgp run --help' names, but is '--inptu'. Did you mean '--input'? A text that looks like an option stands behind '--'.\n")]
    [InlineData("--x-y=3", "An option must be one that 'ptgp run --help' names, but is '--x-y=3'. A text that looks like an option stands behind '--'.\n")]
    public async Task AnOptionThatIsNoneIsNoText(string slip, string message)
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", message), await folder.RunAsync("run", "shout", slip, "x"));
        Assert.Equal((0, $"{slip.ToUpperInvariant()}\nX\n", ""), await folder.RunAsync("run", "shout", "--", slip, "x"));
        Assert.Equal((0, "-- HE SAID\n", ""), await folder.RunAsync("run", "shout", "-- he said"));
    }

    [Fact]
    public async Task AFormatThatThereIsNotIsNamedBesideThoseThereAre()
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", "--format must be 'text' or 'jsonl', but is 'xml'.\nSee 'ptgp run --help'.\n"), await folder.RunAsync("run", "shout", "x", "--format", "xml"));
        Assert.Equal((0, "X\n", ""), await folder.RunAsync("run", "shout", "x", "--format", "TEXT"));
    }

    [Fact]
    public async Task LinesKeepTheirOrderAndEmptyOnesAreNotAsked()
    {
        using var folder = new CommandFolder();
        var lines = Enumerable.Range(0, 3000).Select(i => i % 10 == 3 ? i % 20 == 3 ? "" : "  " : $"line {i}").ToList();
        folder.Write("in.txt", string.Join('\n', lines));
        var (code, output, error) = await folder.RunAsync("run", "shout", "--input", "in.txt", "--output", "out.txt");

        Assert.Equal((0, ""), (code, output));
        Assert.StartsWith("3000 lines in ", error, StringComparison.Ordinal);
        Assert.Equal(lines.Select(line => line.Trim().ToUpperInvariant()), File.ReadLines(folder["out.txt"]));
        Assert.Equal(2700, folder.Parts.Asked.Count);
        Assert.InRange(folder.Parts.MostInFlight, 2, AnswerLines.Window + 2);
        Assert.False(File.Exists(folder["out.txt.partial"]));
    }

    [Theory]
    [InlineData("a\nb\n", "A\nB\n")]
    [InlineData("a\r\nb", "A\nB\n")]
    [InlineData("\uFEFFa\rb\0c\u2028d\n", "A B\0C D\n")]
    [InlineData("\n\n", "\n\n")]
    public async Task LinesEndWhereFilesEndThem(string written, string answered)
    {
        using var folder = new CommandFolder { In = Encoding.UTF8.GetBytes(written) };
        var (code, output, _) = await folder.RunAsync("run", "shout", "--input", "-");
        Assert.Equal((0, answered), (code, output));
    }

    [Fact]
    public async Task AnEmptyFileIsAnsweredByAnEmptyFile()
    {
        using var folder = new CommandFolder();
        folder.Write("in.txt", "");
        Assert.Equal((0, "", "'in.txt' is empty: there was nothing to answer.\n"), await folder.RunAsync("run", "shout", "--input", "in.txt", "--output", "out.txt"));
        Assert.Equal("", File.ReadAllText(folder["out.txt"]));
    }

    [Fact]
    public async Task JsonLinesAreAnsweredByJsonLines()
    {
        using var folder = new CommandFolder();
        folder.Write("in.jsonl", "{\"text\": \"grüße\"}\n\n{\"text\": \"b\\u0000\"}\n");
        Assert.Equal((0, "{\"answer\":\"GRÜßE\"}\n\n{\"answer\":\"B\\u0000\"}\n"), Short(await folder.RunAsync("run", "shout", "--input", "in.jsonl")));
        Assert.Equal((0, "GRÜßE\n\nB\0\n"), Short(await folder.RunAsync("run", "shout", "--input", "in.jsonl", "--output", "out.txt"), folder["out.txt"]));
        Assert.Equal((0, "{\"answer\":\"X\"}\n"), Short(await folder.RunAsync("run", "shout", "x", "--json")));
        Assert.Equal((0, "X\n"), Short(await folder.RunAsync("run", "shout", "{\"text\": \"x\"}", "--format", "jsonl", "--output", "y.txt"), folder["y.txt"]));
    }

    [Fact]
    public async Task AFieldThatNothingReadsIsWarnedOfOnceAndTheNearestNamed()
    {
        using var folder = new CommandFolder();
        folder.Write("in.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\", \"txet\": 1, \"id\": 7}\n{\"text\": \"c\", \"id\": 8, \"generaton\": {}, \"numBeams\": 2}\n");
        var (code, output, error) = await folder.RunAsync("run", "shout", "--input", "in.jsonl", "--output", "out.txt");
        Assert.Equal((0, ""), (code, output));
        Assert.StartsWith(
            """
            Warning: in.jsonl(2): passed over, here and in further inputs: "txet" (did you mean "text"?), "id". An input of task 'shout' may have "text".
            Warning: in.jsonl(3): passed over, here and in further inputs: "generaton" (how to write is said by --generation or in the configuration), "numBeams" (how to write is said by --generation or in the configuration). An input of task 'shout' may have "text".
            3 lines in 
            """.ReplaceLineEndings("\n"),
            error,
            StringComparison.Ordinal);
        Assert.Equal("Warning: passed over, here and in further inputs: \"id\". An input of task 'shout' may have \"text\".\n", (await folder.RunAsync("run", "shout", "{\"text\": \"a\", \"id\": 1}", "--format", "jsonl")).Error);
    }

    [Fact]
    public async Task FieldsWithoutEndAreNotWarnedOfWithoutEnd()
    {
        using var folder = new CommandFolder();
        folder.Write("in.jsonl", string.Concat(Enumerable.Range(0, 100).Select(i => $"{{\"text\": \"a\", \"id{i}\": 1}}\n")));
        Assert.Equal(32, (await folder.RunAsync("run", "shout", "--input", "in.jsonl")).Error.Split("Warning").Length - 1);
    }

    [Fact]
    public async Task WhatPlainTextLeavesOutIsSaidOnceAtTheEnd()
    {
        const string whole = "Whole answers, by --json or in a .jsonl file,";
        using var folder = new CommandFolder();
        Assert.Equal((0, "!CUT\n\nA\n!CUT\n", $"Warning: 2 of 3 answers ended by length. {whole} say which (\"unfinished\"); maxNewTokens allows more.\n"), await folder.RunAsync("run", "shout", "!cut", "", "a", "!cut"));
        Assert.Equal($"Warning: 1 answer ended by length or time. {whole} say which (\"unfinished\"); maxNewTokens allows more.\n", (await folder.RunAsync("run", "shout", "!cut", "--generation", "maxTime=5")).Error);
        Assert.Equal($"Warning: 1 of 2 answers had further hypotheses, which plain text leaves out. {whole} have them.\n", (await folder.RunAsync("run", "shout", "!several", "a")).Error);
        Assert.Equal("", (await folder.RunAsync("run", "shout", "!several", "!cut", "--json")).Error);
    }

    [Fact]
    public async Task ALengthThatWasAskedForIsNoNewsButAFormThatItLeavesTornIs()
    {
        using var folder = new CommandFolder();
        Assert.Equal("", (await folder.RunAsync("run", "shout", "!cut", "--generation", "maxNewTokens=5")).Error);
        Assert.Equal("", (await folder.RunAsync("run", "shout", "!cut", "--set", "tasks:shout:generation:maxLength=5")).Error);
        Assert.Equal(
            "Warning: 1 of 2 answers ended by length before what regex asks for was whole. Whole answers, by --json or in a .jsonl file, say which (\"unfinished\").\n",
            (await folder.RunAsync("run", "shout", "!cut", "a", "--generation", "maxNewTokens=5", "--generation", "regex=a+")).Error);
    }

    [Fact]
    public async Task ALineHoweverLongIsOne()
    {
        using var folder = new CommandFolder { In = [.. Enumerable.Repeat((byte)'x', 1 << 20), (byte)'\n'] };
        Assert.Equal((0, new string('X', 1 << 20) + "\n"), Short(await folder.RunAsync("run", "shout")));
        Assert.Equal((0, "A\uFFFDB\n", ""), await folder.RunAsync("run", "shout", "a\uD800b"));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'g', (byte)'\n', (byte)'a', 0xE4, (byte)'c', (byte)'\n' }, 2, "0xE4 at position 2 of this line, offset 3")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'g', (byte)'\r', (byte)'\n', 0xC3, 0xA4, 0xED, 0xA0, 0x80 }, 2, "0xED at position 3 of this line, offset 8")]
    [InlineData(new byte[] { (byte)'g', (byte)'\n', (byte)'a', 0xC3 }, 2, "0xC3 at position 2 of this line, offset 3")]
    public async Task WhatIsNotUtf8IsRefusedByLineAndByte(byte[] written, int line, string which)
    {
        using var folder = new CommandFolder { In = written };
        var (code, output, error) = await folder.RunAsync("run", "shout");
        Assert.Equal((1, "G\n", $"standard input({line}): a text file must be UTF-8, but the byte {which} of the file, is none. Save it as UTF-8.\n"), (code, output, error));
        File.WriteAllBytes(folder["in.jsonl"], [.. Encoding.UTF8.GetBytes("{\"text\": \""), 0xFF, .. Encoding.UTF8.GetBytes("\"}\n")]);
        Assert.Equal((1, "", "in.jsonl(1): a text file must be UTF-8, but the byte 0xFF at position 11 of this line, offset 10 of the file, is none. Save it as UTF-8.\n"), await folder.RunAsync("run", "shout", "--input", "in.jsonl"));
    }

    [Fact]
    public async Task Utf16WithItsMarkIsRead()
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            using var folder = new CommandFolder { In = [.. encoding.Preamble, .. encoding.GetBytes("grün\r\n😀 東\n")] };
            Assert.Equal((0, "GRÜN\n😀 東\n"), Short(await folder.RunAsync("run", "shout")));
            var longer = string.Concat(Enumerable.Range(0, 9000).Select(i => $"line {i} ä\n"));
            using var many = new CommandFolder { In = [.. encoding.Preamble, .. encoding.GetBytes(longer)] };
            Assert.Equal((0, longer.ToUpperInvariant()), Short(await many.RunAsync("run", "shout")));
        }

        using var broken = new CommandFolder { In = [0xFF, 0xFE, (byte)'a', 0, 0x3D, 0xD8, (byte)'b', 0] };
        var (code, _, error) = await broken.RunAsync("run", "shout");
        Assert.Equal(1, code);
        Assert.StartsWith("standard input(1): text in UTF-16 must have both halves of each surrogate pair", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJsonStringWithALoneSurrogateIsALineThatIsNoInput()
    {
        using var folder = new CommandFolder();
        folder.Write("in.jsonl", "{\"text\": \"a\\ud800\"}\n");
        var (code, output, error) = await folder.RunAsync("run", "shout", "--input", "in.jsonl");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("in.jsonl(1): ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.txt", "!parse", "in.txt(3): There must be no '!parse', but there is. With --format jsonl, or in a .jsonl file, it is asked with a line such as {\"text\": \"…\"}")]
    [InlineData("in.txt", "!fail", "in.txt(3): There must be an answer, but there is none.")]
    [InlineData("in.txt", "!asked", "in.txt(3): There must be room for it, but there is none.", 2)]
    [InlineData("in.jsonl", "{\"text\": \"a\"", "in.jsonl(3): a line must be JSON, such as {\"text\": \"…\"}, but '{\"text\": \"a\"' is not: it ends at character 12, where the '{' of character 1 is still open.")]
    [InlineData("in.jsonl", "[]", "in.jsonl(3): An input must have 'text', but has not.")]
    public async Task AnInvalidLineIsNamedAndWhatWasAnsweredBeforeIsWritten(string file, string line, string message, int ends = 1)
    {
        using var folder = new CommandFolder();
        var (good, answer) = file == "in.txt" ? ("a", "A") : ("{\"text\": \"a\"}", "{\"answer\":\"A\"}");
        folder.Write(file, $"{good}\n{good}\n{line}\n{good}\n");
        folder.Write("old.txt", "old");
        Assert.Equal((ends, $"{answer}\n{answer}\n", $"{message}\n"), await folder.RunAsync("run", "shout", "--input", file));

        var written = await folder.RunAsync("run", "shout", "--input", file, "--output", "old.txt");
        Assert.Equal((ends, "", $"Warning: Not all was answered. What was, 2 lines, is in '{folder["old.txt.partial"]}'.\n{message}\n"), written);
        Assert.Equal(("old", "A\nA\n"), (File.ReadAllText(folder["old.txt"]), File.ReadAllText(folder["old.txt.partial"])));
    }

    [Fact]
    public async Task PlainTextWhereJsonIsAskedForIsToldHowItIsAsked()
    {
        using var folder = new CommandFolder();
        Assert.Equal(
            (1, "", "a line must be JSON, such as {\"text\": \"…\"}, but 'Two dogs' is not: at character 1 stands 'T', which cannot stand there: texts stand in double quotes. To ask with plain text, leave out --format jsonl.\n"),
            await folder.RunAsync("run", "shout", "--format", "jsonl", "Two dogs"));
    }

    [Fact]
    public async Task AnAnswerOfSeveralLinesStaysOnOne()
    {
        using var folder = new CommandFolder();
        Assert.Equal((0, "A B C\n", ""), await folder.RunAsync("run", "shout", "a\nb\r\nc"));
    }

    [Fact]
    public async Task OptionsOfTheCallerReachTheTask()
    {
        using var folder = new CommandFolder();
        Assert.Equal((0, "A BY 4\n".Replace("BY", "by", StringComparison.Ordinal), ""), await folder.RunAsync("run", "shout", "a", "--generation", "numBeams=4"));
        Assert.Equal(4, folder.Parts.OpenedFor!.NumBeams);
    }

    [Fact]
    public async Task AFileCanBeAnsweredInPlace()
    {
        using var folder = new CommandFolder();
        folder.Write("io.txt", "a\nb\n");
        Assert.Equal(0, (await folder.RunAsync("run", "shout", "--input", "io.txt", "--output", "io.txt")).Code);
        Assert.Equal("A\nB\n", File.ReadAllText(folder["io.txt"]));
    }

    [Theory]
    [InlineData("TASK must be one of 'tasks' in 'CONFIG', but is 'shot'. Did you mean 'shout'?", "run", "shot", "x")]
    [InlineData("Either TEXT or --input must be given, but both are. Leave one out.", "run", "shout", "x", "--input", "in.txt")]
    [InlineData("--input must name a file, but there is nothing at 'HERE/in.txt'.", "run", "shout", "--input", "in.txt")]
    [InlineData("--input must name a file, but there is a folder at 'HERE/model'.", "run", "shout", "--input", "model")]
    [InlineData("--output must name a file, but there is a folder at 'HERE/model'.", "run", "shout", "x", "--output", "model")]
    [InlineData("--output must name a file in a folder that is there, but there is none at 'HERE/no'. Make it, or name another.", "run", "shout", "x", "--output", "no/out.txt")]
    [InlineData("--generation has a fault:\n  numBeam is not known. Did you mean 'numBeams'?", "run", "shout", "x", "--generation", "numBeam=4")]
    [InlineData("--generation must be given key=value, but is given 'numBeams'.", "run", "shout", "x", "--generation", "numBeams")]
    [InlineData("'CONFIG' has a fault:\n  tasks:shout:generation:numBeams (from --set) must be from 1 to 64, but is 0.", "run", "shout", "x", "--set", "tasks:shout:generation:numBeams=0")]
    [InlineData("'CONFIG' has a fault:\n  tasks:shout:plugin (from --set) must name a plugin, but is 'fke'. Did you mean 'fake'? See 'ptgp plugins'.", "run", "shout", "x", "--set", "tasks:shout:plugin=fke")]
    [InlineData("--config must name a file, but there is nothing at 'HERE/no.json'.", "run", "shout", "x", "--config", "no.json")]
    [InlineData("Required argument 'TASK' missing for command: 'run'.\nSee 'ptgp run --help'.", "run")]
    [InlineData("There is no command 'ptgp rnu'. Did you mean 'ptgp run'?", "rnu", "shout")]
    [InlineData("See 'ptgp --help'.", "nonsense")]
    [InlineData("There is no command 'ptgp plugins nonsense'. Known here: list, doctor, lock. See 'ptgp plugins --help'.", "plugins", "nonsense")]
    [InlineData("There is no command 'ptgp models lits'. Did you mean 'ptgp models list'?", "models", "lits")]
    [InlineData("--vocabulary must be a whole number, but is 'abc'.\nSee 'ptgp models new --help'.", "models", "new", "--shape", "tiny", "--output", "made", "--vocabulary", "abc")]
    [InlineData("See 'ptgp run --help'.", "run", "shout", "x", "--inptu", "y", "--format", "xml")]
    public async Task WrongUsageIsFoundBeforeAnythingIsLoaded(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        var (code, output, error) = await folder.RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.EndsWith(message.Replace("CONFIG", folder.Configuration, StringComparison.Ordinal).Replace("HERE", folder.Path, StringComparison.Ordinal) + "\n", error, StringComparison.Ordinal);
        Assert.False(folder.Parts.WasOpened);
    }

    [Fact]
    public async Task AllFaultsOfOptionsOfWritingComeInOneMessage()
    {
        using var folder = new CommandFolder();
        CopyFile("config.json");
        string[] faults = ["numBeams must be from 1 to 64, but is 0.", "stopStrings must not hold an empty text.", "suppressTokens names id 9999999, but the backbone writes ids from 0 to 303.", "minNewTokens is 9, but maxNewTokens is 8. Lower the one or raise the other."];
        string[] settings = ["numBeams=0", "stopStrings=[\"\"]", "suppressTokens=9999999", "minNewTokens=9", "maxNewTokens=8", "numReturnSequences=3"];
        Assert.Equal(
            (2, "", $"--generation has {faults.Length} faults:\n{string.Concat(faults.Select(fault => $"  {fault}\n"))}"),
            await folder.RunAsync(["run", "shout", "x", .. settings.SelectMany(setting => new[] { "--generation", setting })]));
        Assert.Equal(
            (2, "", $"'{folder.Configuration}' has {faults.Length} faults:\n{string.Concat(faults.Select(fault => $"  tasks:shout:generation:{fault.Split(' ')[0]} (from --set) {fault[(fault.IndexOf(' ') + 1)..]}\n"))}"),
            await folder.RunAsync(["run", "shout", "x", .. settings.SelectMany(setting => new[] { "--set", $"tasks:shout:generation:{setting}" })]));
        Assert.Equal(
            (2, "", "--generation has a fault:\n  regex must have a value, but is null. What the configuration says is unset by --set tasks:shout:generation:regex=null.\n"),
            await folder.RunAsync("run", "shout", "x", "--generation", "regex=null"));

        void CopyFile(string name) => File.Copy(Repository.Fixture("models", "t5-v1_0", name), folder[$"model/{name}"]);
    }

    [Fact]
    public async Task SomeoneAtATerminalIsToldWhatToGive()
    {
        using var folder = new CommandFolder { IsTerminal = true };
        Assert.Equal((2, "", "There must be something to answer. Give TEXT, or --input FILE, or '--input -' to type.\n"), await folder.RunAsync("run", "shout"));
        Assert.Equal((0, "X\n", ""), await folder.RunAsync("run", "shout", "x"));
    }

    [Fact]
    public async Task AnInterruptedRunWritesWhatItHasAndEndsWith130()
    {
        using var stop = new CancellationTokenSource();
        using var folder = new CommandFolder { Cancellation = stop.Token };
        folder.Write("in.txt", "a\n!wait\n");
        var running = folder.RunAsync("run", "shout", "--input", "in.txt");
        while (folder.Parts.Asked.Count < 2 || folder.Parts.Answered.IsEmpty)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        Assert.Equal((130, "A\n", "Interrupted.\n"), await running);
    }

    [Fact]
    public async Task AFailureOfNobodyKnownIsCalledABugAndShownWholeOnRequest()
    {
        using var folder = new CommandFolder();
        var (code, _, error) = await folder.RunAsync("run", "shout", "!bug");
        Assert.Equal(1, code);
        Assert.Equal("This is a fault of ptgp or of a plugin, not of yours: InvalidOperationException: impossible\nRun the command again with --verbose to see where, and report that.\n", error);
        Assert.Contains("   at Ptgp.Host.Tests.Commands.FakeRunner", (await folder.RunAsync("run", "shout", "!bug", "--verbose")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailureToOpenIsOneLine()
    {
        using var folder = new CommandFolder { Parts = new() { Failure = new Ptgp.Backbone.CheckpointException("Checkpoint 'x' has no tensor 'y'.") } };
        Assert.Equal((1, "", "Checkpoint 'x' has no tensor 'y'.\n"), await folder.RunAsync("run", "shout", "x"));
    }

    private static (int Code, string Out) Short((int Code, string Out, string Error) ran, string? file = null) => (ran.Code, file is null ? ran.Out : File.ReadAllText(file));
}
