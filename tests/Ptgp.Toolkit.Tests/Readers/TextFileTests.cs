using System.Text;
using CsCheck;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Toolkit.Tests.Readers;

public sealed class TextFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void LinesEndWithLfOrCrlfAndNothingElse()
    {
        var path = folder.Write("a.txt", "one\r\ntwo\n\nfo\rur\u2028\u0085 \n");
        Assert.Equal(["one", "two", "", "fo\rur\u2028\u0085 "], Texts(path));
        Assert.Equal([1, 2, 3, 4], TextFile.Read(path).Select(line => line.Number));
    }

    [Fact]
    public void TheLastLineNeedsNoEnd()
    {
        Assert.Equal(["one", "two"], Texts(folder.Write("a.txt", "one\ntwo")));
        Assert.Equal(["one", ""], Texts(folder.Write("b.txt", "one\n\r")));
        Assert.Empty(Texts(folder.Write("c.txt", "")));
    }

    [Fact]
    public void AByteOrderMarkIsLeftOut()
    {
        Assert.Equal(["ä", "\ufeffb"], Texts(folder.Write("a.txt", "\ufeffä\n\ufeffb")));
    }

    [Fact]
    public void WhatIsWrittenIsReadHoweverLong() =>
        Gen.String[Gen.Char["aä東\r\t "], 0, 70_000].Array[0, 4].Sample(
            lines =>
            {
                var whole = lines.Select(line => line.TrimEnd('\r')).ToArray();
                Assert.Equal(whole, Texts(folder.Write("p.txt", string.Concat(whole.Select(line => line + "\n")))));
            },
            iter: 40,
            threads: 1);

    [Fact]
    public void ReadingIsLazy()
    {
        var path = folder.Write("a.txt", [.. Encoding.UTF8.GetBytes("good\n"), 0xFF, (byte)'\n']);
        Assert.Equal("good", TextFile.Read(path).First().Text);
    }

    [Fact]
    public void WhatIsNotUtf8IsAnErrorThatNamesTheLine()
    {
        var path = folder.Write("a.txt", [.. Encoding.UTF8.GetBytes("good\nab"), 0xE4, (byte)'c', (byte)'\n']);
        var error = Assert.Throws<InvalidDataException>(() => Texts(path));
        Assert.Equal($"{path}(2): a text file must be UTF-8, but the byte 0xE4 at position 3 of this line, offset 7 of the file, is none. Save it as UTF-8.", error.Message);
    }

    [Fact]
    public void OnlyTheLineThatIsNotUtf8IsABadOne()
    {
        var path = folder.Write("a.txt", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes("ä\r\nab"), 0xC3, (byte)'\n', .. Encoding.UTF8.GetBytes("good\n"), 0xE2, 0x82]);
        var examples = TextFile.Read(path).ToExamples(line => new Example<string, string>(line.Text, "")).ToList();
        Assert.Equal(["ä", "good"], examples.Where(example => example.Fault is null).Select(example => example.Input));
        Assert.Equal(
            [
                $"{path}(2): a text file must be UTF-8, but the byte 0xC3 at position 3 of this line, offset 9 of the file, is none. Save it as UTF-8.",
                $"{path}(4): a text file must be UTF-8, but the byte 0xE2 at position 1 of this line, offset 16 of the file, is none. Save it as UTF-8.",
            ],
            examples.Where(example => example.Fault is not null).Select(example => example.Fault!.Message));
    }

    [Fact]
    public void AFileThatIsReadWholeIsCheckedLikewise()
    {
        Assert.Equal("ä\nb", Utf8Text.Read(folder.Write("good.txt", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes("ä\nb")])));
        var path = folder.Write("bad.txt", [.. Encoding.UTF8.GetBytes("ä\nb"), 0xFF]);
        Assert.Equal($"{path}(2): a text file must be UTF-8, but the byte 0xFF at position 2 of this line, offset 4 of the file, is none. Save it as UTF-8.", Assert.Throws<InvalidDataException>(() => Utf8Text.Read(path)).Message);
    }

    [Fact]
    public void Utf16IsAnErrorThatSaysWhatToDo()
    {
        var path = folder.Write("a.txt", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("one\ntwo\n")]);
        var error = Assert.Throws<InvalidDataException>(() => Texts(path));
        Assert.Equal($"{path}(1): a text file must be UTF-8, but this one is UTF-16. Save it as UTF-8.", error.Message);
    }

    public void Dispose() => folder.Dispose();

    private static List<string> Texts(string path) => [.. TextFile.Read(path).Select(line => line.Text)];
}
