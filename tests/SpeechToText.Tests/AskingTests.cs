using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Ptgp.Tests;

namespace Ptgp.SpeechToText.Tests;

/// <summary>What is asked of a file by its path, and what is said of files that are not as they should be.</summary>
public sealed class AskingTests(DigitsTests.Shared shared) : IClassFixture<DigitsTests.Shared>, IDisposable
{
    private static readonly SpeechToTextOptions Plain = new() { Language = "en", Temperature = [0] };
    private static readonly string Seven = Repository.Fixture("audio", "fsdd", "7_jackson_0.wav");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ACutFileIsHeardWithAWarning()
    {
        var bytes = File.ReadAllBytes(Seven);
        var cut = folder["cut.wav"];
        File.WriteAllBytes(cut, bytes[..(44 + ((bytes.Length - 44) / 2 / 2 * 2))]);
        var log = new Notes();
        var plugin = new SpeechToTextPlugin(Plain, log);
        using var head = (SpeechToTextHead)plugin.CreateHead(shared.Host);
        var answer = await AskAsync(head, new() { Audio = cut });
        var warning = Assert.Single(answer.Warnings!);
        Assert.StartsWith($"{cut}: by its header there must be 0.43 s of sound, but the file ends after 0.22 s.", warning, StringComparison.Ordinal);
        await AskAsync(head, new() { Audio = cut });
        head.EncodeInput(new(new() { Audio = cut }, 1, false, false));
        Assert.Equal([$"Warning {warning}"], log.Said);
        Assert.Null((await AskAsync(head, new() { Audio = Seven })).Warnings);
        File.WriteAllBytes(cut, bytes[..44]);
        Assert.Equal($"{cut}(byte 44): there must be {BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(40))} bytes of sound, but the file ends here.", await RefusedAsync(head, new() { Audio = cut }));
    }

    [Fact]
    public async Task WhatIsLeftOutForItsTimesIsSaid()
    {
        var log = new Notes();
        using var head = (SpeechToTextHead)new SpeechToTextPlugin(Plain with { WordTimestamps = true }, log).CreateHead(shared.Host);
        var answer = await AskAsync(head, new() { Audio = Repository.Fixture("audio", "1_yweweler_1.wav") });
        Assert.Equal((0, 0, ""), (answer.Segments![0].Start, answer.Segments[0].End, answer.Text));
        var warning = Assert.Single(answer.Warnings!);
        Assert.Matches(@"1_yweweler_1\.wav: '[a-z]+' is left out, since by its times it begins and ends at 0 s, as its words were placed; without wordTimestamps it may stay\.$", warning);
        Assert.Equal([$"Warning {warning}"], log.Said);
        Assert.Null((await AskAsync(head, new() { Audio = Seven })).Warnings);
    }

    [Fact]
    public async Task WhatLiesBehindTheEndIsRefusedWithTheSoundsLength()
    {
        using var head = new SpeechToTextHead(shared.Host, Plain);
        Assert.Equal($"{Seven}: a stretch must begin within the sound, which is 0.432 s long, but begins at 2 s.", await RefusedAsync(head, new() { Audio = Seven, Start = 2 }));
        Assert.Equal($"{Seven}: a stretch must begin within the sound, which is 0.432 s long, but begins at 2 s.", Assert.Throws<FormatException>(() => head.EncodeInput(new(new() { Audio = Seven, Start = 2 }, 0.9, false, false))).Message);
        using var clipped = new SpeechToTextHead(shared.Host, Plain with { ClipTimestamps = [0.5, 0.6, 1] });
        Assert.Equal("'clipTimestamps' must hold a stretch that begins within the sound, which is 0.43 s long, but the first begins at 0.5 s.", await RefusedAsync(clipped, new() { Audio = Seven }));
        using var half = new SpeechToTextHead(shared.Host, Plain with { ClipTimestamps = [0, 0.4, 1] });
        Assert.NotEmpty((await AskAsync(half, new() { Audio = Seven })).Text);
    }

    [Fact]
    public async Task AFolderIsNoSound()
    {
        using var head = new SpeechToTextHead(shared.Host, Plain);
        Assert.Equal($"An input must name a sound file, but there is a folder at '{folder.Path}'. Name the files in it, each by itself; datasets alone are read from folders.", await RefusedAsync(head, new() { Audio = folder.Path }));
        Assert.Equal($"An input must name a sound file, but there is none at '{folder["none.wav"]}'.", await RefusedAsync(head, new() { Audio = folder["none.wav"] }));
    }

    [Theory]
    [InlineData("holds -1.", -1.0)]
    [InlineData("holds 2 behind 3.", 0.0, 1.0, 3.0, 2.0)]
    [InlineData("holds 1 behind 1.", 1.0, 1.0)]
    public void StretchesGoForward(string message, params double[] times) => Assert.Equal(
        $"'clipTimestamps' must hold starts and ends by turns, in seconds from 0 on and each end behind its start, such as [0, 12.5, 30], but {message}",
        Assert.Throws<OptionException>(() => new SpeechToTextPlugin(Plain with { ClipTimestamps = times }).CreateHead(shared.Host)).Message);

    [Fact]
    public async Task WhatIsDrawnIsTheSameForTheSameSound()
    {
        var plugin = new SpeechToTextPlugin(Plain with { Temperature = [1.5], LogprobThreshold = 0, CompressionRatioThreshold = 0, NoSpeechThreshold = 1 });
        using var head = new SpeechToTextHead(shared.Host, Plain with { Temperature = [1.5], LogprobThreshold = 0, CompressionRatioThreshold = 0, NoSpeechThreshold = 1 });
        var before = shared.Host.Options;
        try
        {
            shared.Host.Options = plugin.Generation.Or(before);
            Assert.Equal(await DrawAsync(), await DrawAsync());
            HashSet<string> texts = [];
            for (var seed = 0; seed < 8; seed++)
            {
                shared.Host.Options = before with { Seed = seed };
                texts.Add(await DrawAsync());
            }

            Assert.InRange(texts.Count, 2, 8);
        }
        finally
        {
            shared.Host.Options = before;
        }

        async Task<string> DrawAsync() => (await AskAsync(head, new() { Audio = Seven })).Text;
    }

    [Fact]
    public void AnAnswerIsAFileWhereAFormIsAskedFor()
    {
        Assert.Null(new SpeechToTextPlugin(Plain).AnswerFile);
        var transcript = new Transcript { Text = " seven", Segments = [new() { Start = 0, End = 0.4, Text = " seven" }] };
        foreach (var format in TranscriptWriter.Formats)
        {
            var file = new SpeechToTextPlugin(Plain with { OutputFormat = format }).AnswerFile!;
            Assert.Equal((format, "talk"), (file.Extension, file.Name!(new() { Audio = "recordings/talk.wav" })));
            Assert.Equal(TranscriptWriter.Write(transcript, format), file.Write(transcript));
            Assert.Equal("as it was", file.Write(transcript with { Formatted = "as it was" }));
        }
    }

    private async Task<Transcript> AskAsync(SpeechToTextHead head, Recording recording) => await head.AnswerAsync(recording, shared.Host, TestContext.Current.CancellationToken);

    private async Task<string> RefusedAsync(SpeechToTextHead head, Recording recording) => (await Assert.ThrowsAsync<FormatException>(() => AskAsync(head, recording))).Message;

    private sealed class Notes : ILogger<SpeechToTextPlugin>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add($"{logLevel} {formatter(state, exception)}");
    }
}
