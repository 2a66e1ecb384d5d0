using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Subtitles;

namespace Ptgp.SpeechToText.Tests;

/// <summary>What is written equals what openai-whisper writes of the same transcript.</summary>
public class TranscriptWriterTests
{
    private static readonly JsonNode about = JsonNode.Parse(Read("about.json"))!;
    private static readonly Transcript words = JsonSerializer.Deserialize<Transcript>(Read("result.json"))!;
    private static readonly Transcript plain = words with { Segments = [.. words.Segments!.Select(segment => segment with { Words = null })] };

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Repository.Fixture("audio", "writers"), "*.*").Select(file => Path.GetFileName(file)).Where(name => name is not ("about.json" or "result.json") && !name.StartsWith("empty", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Files))]
    public void AFileIsTheReferences(string name)
    {
        var (kind, format) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name)[1..]);
        var options = about["options"]![kind]!;
        var written = TranscriptWriter.Write(kind == "plain" ? plain : words, format, new()
        {
            MaxLineWidth = (int?)options["max_line_width"],
            MaxLineCount = (int?)options["max_line_count"],
            MaxWordsPerLine = (int?)options["max_words_per_line"],
            HighlightWords = (bool?)options["highlight_words"] ?? false,
        });
        if (format == "json")
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Read(name)), JsonNode.Parse(written)));
        }
        else
        {
            Assert.Equal(Read(name), written);
        }
    }

    [Theory]
    [InlineData("srt")]
    [InlineData("vtt")]
    public void NothingSaidIsNothingShown(string format) =>
        Assert.Equal(Read("empty." + format), TranscriptWriter.Write(new() { Text = "", Segments = [] }, format));

    [Fact]
    public void TimesAreTheReferences() => Assert.All(about["format_timestamp"]!.AsArray(), each =>
    {
        Assert.Equal((string)each![1]!, SubtitleCues.Time((double)each[0]!, '.', false));
        Assert.Equal((string)each[2]!, SubtitleCues.Time((double)each[0]!, ',', true));
    });

    [Fact]
    public void WhatCannotBeWrittenIsNamed()
    {
        Assert.Equal("A transcript must be written as txt, srt, vtt, tsv, json, but is to be written as 'doc'.", Assert.Throws<FormatException>(() => TranscriptWriter.Write(words, "doc")).Message);
        Assert.Contains("only where words have times", Assert.Throws<FormatException>(() => TranscriptWriter.Write(plain, "srt", new() { HighlightWords = true })).Message, StringComparison.Ordinal);
        Assert.Contains("at least 1", Assert.Throws<FormatException>(() => TranscriptWriter.Write(words, "srt", new() { MaxLineWidth = 0 })).Message, StringComparison.Ordinal);
    }

    private static string Read(string name) => File.ReadAllText(Repository.Fixture("audio", "writers", name));
}
