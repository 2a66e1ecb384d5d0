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
        Assert.Equal($"{path}(2): a text file must be UTF-8, but the byte 0xE4 at position 3 is none. Save it as UTF-8.", error.Message);
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
