namespace Ptgp.SpeechToText.Tests;

public sealed class SpeechToTextDatasetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AManifestMayNameStretchesLanguagesAndTimes()
    {
        var path = folder.Write("train.jsonl", """
            {"audio": "a.wav", "text": "one"}
            {"audio": "/b/c.flac", "text": "zwei", "start": 1.5, "end": 3, "language": "de"}

            {"audio_filepath": "d.mp3", "offset": 2, "duration": 0.5, "text": "three"}
            {"audio": "e.wav", "segments": [{"start": 0, "end": 1.5, "text": " four,"}, {"start": 1.5, "end": 2, "text": " five"}]}
            """);
        var examples = Read("jsonl", path);
        Assert.Equal([folder["a.wav"], "/b/c.flac", folder["d.mp3"], folder["e.wav"]], examples.Select(example => example.Input.Audio));
        Assert.Equal([(null, null, null), (1.5, 3.0, "de"), (2.0, 2.5, null), (null, null, null)], examples.Select(example => (example.Input.Start, example.Input.End, example.Input.Language)));
        Assert.Equal(["one", "zwei", "three", "four, five"], examples.Select(example => example.Output.Text));
        Assert.Equal([(0, 1.5, " four,"), (1.5, 2.0, " five")], examples[3].Output.Segments!.Select(segment => (segment.Start, segment.End, segment.Text)));
        Assert.All(examples.Take(3), example => Assert.Null(example.Output.Segments));
    }

    [Fact]
    public void WhatIsSaidBeforeIsKnownToLearnFromAlone()
    {
        var path = folder.Write("train.jsonl", """
            {"audio": "a.wav", "start": 0, "end": 2, "text": "one "}
            {"audio": "a.wav", "start": 2, "end": 3, "text": "two"}
            {"audio": "a.wav", "start": 4, "end": 5, "text": "three"}
            {"audio": "a.wav", "start": 1, "end": 2, "text": "again"}
            {"audio": "b.wav", "text": "four", "previous_text": "zero", "prompt": "figures"}
            {"audio": "b.wav", "text": "five"}
            """);
        var examples = Read("jsonl", path);
        Assert.Equal([null, "one", "one two", null, "zero", null], examples.Select(example => example.Input.Known!.Before));
        Assert.Equal([null, null, null, null, "figures", null], examples.Select(example => example.Input.Prompt));
    }

    [Fact]
    public void TimesMayStandInTheTextOrUnderAnotherName()
    {
        var path = folder.Write("train.jsonl", """
            {"audio_path": "a.wav", "text": "<|0.00|> One,<|0.50|><|0.70|> two.<|1.20|>", "language": "en"}
            {"audio": {"path": "b.wav"}, "sentence": "Three. Four.", "sentences": [{"start": 0, "end": 1, "text": "Three."}, {"start": 1, "end": 2, "text": "Four."}]}
            """);
        var examples = Read("jsonl", path);
        Assert.Equal([folder["a.wav"], folder["b.wav"]], examples.Select(example => example.Input.Audio));
        Assert.Equal(["One, two.", "Three. Four."], examples.Select(example => example.Output.Text));
        Assert.Equal([(0, 0.5, " One,"), (0.7, 1.2, " two."), (0, 1, "Three."), (1, 2, "Four.")], examples.SelectMany(example => example.Input.Known!.Segments!).Select(segment => (segment.Start, segment.End, segment.Text)));
    }

    [Fact]
    public void TablesAreReadByTheNamesOfTheirColumns()
    {
        var csv = folder.Write("train.csv", "clip,said,speaker\nx.wav,\"hello, you\",1\n");
        Assert.Equal([(folder["x.wav"], "hello, you")], Pairs("csv", csv, new() { Audio = "clip", Text = "said" }));
        Assert.Equal([(folder["y.mp3"], "hi")], Pairs("tsv", folder.Write("cv.tsv", "client_id\tpath\tsentence\nq\ty.mp3\thi\n")));
        Assert.Equal([(folder["y.mp3"], "hi")], Pairs("tsv", folder.Write("plain.tsv", "y.mp3\thi\n")));
    }

    [Fact]
    public void AFolderHasTranscriptsBesideTheSound()
    {
        folder.Write("b.flac", "");
        folder.Write("b.txt", "two\nlines\n");
        folder.Write("a.WAV", "");
        folder.Write("a.json", """{"text": " timed", "segments": [{"start": 0, "end": 1, "text": " timed"}], "language": "en"}""");
        Directory.CreateDirectory(folder["speaker"]);
        folder.Write("speaker/84-1-0000.flac", "");
        folder.Write("speaker/84-1-0001.flac", "");
        folder.Write("speaker/84-1.trans.txt", "84-1-0000 GO ON\n84-1-0001 AND ON\n");
        folder.Write("c.mp3", "");
        folder.Write("c.srt", "1\n00:00:00,500 --> 00:00:01,000\nthree\n\n2\n00:00:01,000 --> 00:00:02,000\nfour\n");
        folder.Write("notes.md", "");
        Assert.True(Adapter("audiofolder").Fits(folder.Path));
        var examples = Read("audiofolder", folder.Path);
        Assert.Equal([" timed", "two lines", "three four", "GO ON", "AND ON"], examples.Select(example => example.Output.Text));
        Assert.Equal((0.5, 2.0), (examples[2].Input.Known!.Segments![0].Start, examples[2].Output.Segments![1].End));
        Assert.Equal((1, "en"), (examples[0].Output.Segments!.Count, examples[0].Input.Language));
    }

    [Fact]
    public void AFilesNameMaySayWhatIsSaid()
    {
        folder.Write("7_jackson_0.wav", "");
        folder.Write("0_george_2.wav", "");
        var fields = new DatasetFields { FileName = @"^(?<text>\d)_", Words = new Dictionary<string, string> { ["7"] = "seven" } };
        Assert.Equal([(folder["0_george_2.wav"], "0"), (folder["7_jackson_0.wav"], "seven")], Pairs("audiofolder", folder.Path, fields));
        folder.Write("other.wav", "");
        Assert.Contains("other.wav: a file's name must say what is said", Fault("audiofolder", folder.Path, fields), StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsReadBeforeItIsNeeded()
    {
        var path = folder.Write("train.jsonl", """
            {"audio": "a.wav", "text": "one"}
            broken
            """);
        Assert.Equal("one", Adapter("jsonl").Read(path).First().Output.Text);
    }

    [Theory]
    [InlineData("""{"text": "x"}""", "must have a field 'audio' or 'audio.path'")]
    [InlineData("""{"audio": "a.wav"}""", "must have a field 'text' or 'transcription'")]
    [InlineData("""{"audio": "a.wav", "text": "x", "start": "soon"}""", "the field 'start' must be a number of seconds, but is 'soon'.")]
    [InlineData("""{"audio": "a.wav", "text": "x", "start": 2, "end": 1}""", "goes from 2 to 1 s.")]
    [InlineData("""{"audio": "a.wav", "text": "<|0.00|> x"}""", "a text with times must have one before and one behind each segment")]
    [InlineData("""{"audio": "a.wav", "text": "x", "segments": [{"start": 1}]}""", "the field 'segments' must be a list of objects")]
    [InlineData("""{"audio": "a.wav", "text": "x", "segments": [{"start": 2, "end": 1, "text": "x"}]}""", "the field 'segments' must be a list of objects")]
    public void AWrongLineIsNamed(string line, string message)
    {
        var path = folder.Write("train.jsonl", line);
        var fault = Fault("jsonl", path);
        Assert.StartsWith($"{path}(1): ", fault, StringComparison.Ordinal);
        Assert.Contains(message, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutTranscriptsSaysWhatItLacks()
    {
        Assert.Contains("holds none", Assert.Throws<InvalidDataException>(() => Read("audiofolder", folder.Path)).Message, StringComparison.Ordinal);
        Assert.False(Adapter("audiofolder").Fits(folder.Path));
        folder.Write("a.wav", "");
        Assert.Contains("in 'a.txt', 'a.json', 'a.srt', 'a.vtt' or a '*.trans.txt'", Fault("audiofolder", folder.Path), StringComparison.Ordinal);
        folder.Write("a.json", "[]");
        Assert.Contains("a transcript must be an object", Fault("audiofolder", folder.Path), StringComparison.Ordinal);
    }

    private static DatasetAdapter<Recording, Transcript> Adapter(string format, DatasetFields? fields = null) => SpeechToTextDatasets.All(fields ?? new()).Single(adapter => adapter.Format == format);

    private static List<Example<Recording, Transcript>> Read(string format, string path, DatasetFields? fields = null) => [.. Adapter(format, fields).Read(path)];

    private static string Fault(string format, string path, DatasetFields? fields = null) => Read(format, path, fields).Select(example => example.Fault?.Message).OfType<string>().Single();

    private static IEnumerable<(string, string)> Pairs(string format, string path, DatasetFields? fields = null) => Read(format, path, fields).Select(example => (example.Input.Audio, example.Output.Text));
}
