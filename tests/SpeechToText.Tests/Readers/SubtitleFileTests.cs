using Ptgp.SpeechToText.Readers;

namespace Ptgp.SpeechToText.Tests.Readers;

public sealed class SubtitleFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData("srt"), InlineData("vtt")]
    public void WhatThisTaskWritesIsReadBack(string format)
    {
        Segment[] segments = [new() { Start = 0.5, End = 2.25, Text = " Hello, you." }, new() { Start = 3725.5, End = 3726, Text = " And you?" }];
        var file = folder.Write("a." + format, TranscriptWriter.Write(new() { Text = "", Segments = segments }, format, new()));
        Assert.Equal(segments.Select(Plain), SubtitleFile.Read(file).Select(Plain));
    }

    [Fact]
    public void NumbersNotesTagsAndLineBreaksArePassedOver()
    {
        var file = folder.Write("a.vtt", "WEBVTT - a talk\n\nNOTE by hand\n\n1\n00:01.000 --> 00:02.500 align:start\n<v Ann>One <i>two</i>\nthree\n\n2\n00:03.000 --> 00:04.000\n\n");
        Assert.Equal([(1, 2.5, " One two three")], SubtitleFile.Read(file).Select(Plain));
    }

    [Fact]
    public void AWrongOneIsNamed()
    {
        var file = folder.Write("a.srt", "1\n00:00:02,000 --> 00:00:01,000\nno\n");
        Assert.StartsWith($"{file}(2): a subtitle must end after it begins", Assert.Throws<InvalidDataException>(() => SubtitleFile.Read(file)).Message, StringComparison.Ordinal);
    }

    private static (double, double, string) Plain(Segment segment) => (segment.Start, segment.End, segment.Text);
}
