using System.Text;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Toolkit.Tests.Readers;

public sealed class RowExamplesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ARowThatIsWrongIsABadExampleAndTheNextFollows()
    {
        var path = folder.Write("a.jsonl", "{\"a\": 1}\n{\"a\": }\n{\"b\": 2}\n\n{\"a\": 3}\n{\"a\": ");
        var examples = JsonLinesFile.Read(path).ToExamples(row => new Example<string, int>(row.Get("a"), 0)).ToList();
        Assert.Equal(["1", null, null, "3", null], examples.Select(example => example.Input));
        Assert.Equal([2, 3, 6], LinesOf(path, examples));
        Assert.Contains("a row must have a field 'a', but has 'b'", examples[2].Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SoItIsWithAllReaders()
    {
        var tsv = folder.Write("a.tsv", "x\ty\n1\t2\n3\n4\t5\t6\n7\t8\n");
        Assert.Equal([3, 4], LinesOf(tsv, TsvFile.Read(tsv, _ => true).ToExamples(Number)));
        var csv = folder.Write("a.csv", "x,y\n1,2\n3\n\n7,8\n");
        Assert.Equal([3], LinesOf(csv, CsvFile.Read(csv).ToExamples(Number)));
        var (source, target) = (folder.Write("a.en", "1\n2\nzero\n"), folder.Write("a.de", "1\n2\n3\n"));
        var pairs = ParallelFiles.Read(source, target).ToExamples(pair => new Example<int, int>(int.TryParse(pair.First.Text, out var number) ? number : throw pair.First.Fault("no number"), 0));
        Assert.Equal([3], LinesOf(source, pairs));

        static Example<int, int> Number(DataRow row) => new(int.Parse(row.Get("x")), int.Parse(row.Get("y")));
    }

    [Fact]
    public void ALineThatIsNotUtf8IsAsBadAsAnyOther()
    {
        var path = folder.Write("a.txt", "");
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes("one\n"), 0xFF, (byte)'\n', .. Encoding.UTF8.GetBytes("three\n")]);
        var examples = TextFile.Read(path).ToExamples(line => new Example<string, long>(line.Text, line.Number)).ToList();
        Assert.Equal([1, 0, 3], examples.Select(example => example.Output));
        Assert.Equal([2], LinesOf(path, examples));
        Assert.Throws<InvalidDataException>(() => TextFile.Read(path).Count());
    }

    [Fact]
    public void ARowMayGiveSeveralExamplesOrNone()
    {
        var path = folder.Write("a.txt", "a b\n\nbad\nc\n");
        var examples = TextFile.Read(path).ToExamples(line => line.Text == "bad" ? throw line.Fault("bad") : line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => new Example<string, int>(word, 0))).ToList();
        Assert.Equal(["a", "b", null, "c"], examples.Select(example => example.Input));
        Assert.Equal([3], LinesOf(path, examples));
    }

    [Fact]
    public void WhatASequenceOfAnotherKindThrowsItselfEndsTheReading()
    {
        var examples = Words().ToExamples(word => word == "wrong" ? throw new InvalidDataException("wrong word") : new Example<string, int>(word, 0));
        Assert.Equal(["one", null], examples.Take(2).Select(example => example.Input));
        Assert.Equal("over", Assert.Throws<InvalidDataException>(() => examples.Count()).Message);

        static IEnumerable<string> Words()
        {
            yield return "one";
            yield return "wrong";
            throw new InvalidDataException("over");
        }
    }

    private static IEnumerable<int> LinesOf<TInput, TOutput>(string path, IEnumerable<Example<TInput, TOutput>> examples) =>
        examples.Select(example => example.Fault?.Message).OfType<string>().Select(message =>
        {
            Assert.StartsWith(path + "(", message, StringComparison.Ordinal);
            return int.Parse(message[(path.Length + 1)..message.IndexOf(')', StringComparison.Ordinal)]);
        });
}
