using Ptgp.SpeechToText.Audio;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.SpeechToText.Tests;

/// <summary>Windows at once, cut where nobody speaks, and stretches of silence that are passed over: spoken digits with pauses, of which it is known when each is said.</summary>
public class ManyWindowsTests(DigitsTests.Shared shared) : IClassFixture<DigitsTests.Shared>
{
    private static readonly string[] Words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    private static readonly SpeechToTextOptions Sequential = new() { Temperature = [0], Language = "en", ConditionOnPreviousText = false };

    [Fact]
    public async Task ManyWindowsAtOnceAreWrittenAsOneAfterTheOther()
    {
        var (samples, said) = Speak(pause: 0.9f);
        var inTurn = await HearAsync(samples, Sequential with { VadFilter = true });
        var eight = await HearAsync(samples, Sequential with { BatchSize = 8 });
        var three = await HearAsync(samples, Sequential with { BatchSize = 3 });
        var expected = string.Join(' ', said.Select(segment => segment.Text));
        Assert.Equal(0, SpeechErrors.OfWords(expected, eight.Text).ErrorRate);
        Assert.Equal(inTurn.Text, eight.Text);
        // How many there are at once changes nothing.
        Assert.Equal(eight.Segments!.Select(Plain), three.Segments!.Select(Plain));
        AreTimed(said, eight);
        Assert.Equal(Enumerable.Range(0, eight.Segments!.Count), eight.Segments.Select(segment => segment.Id));
    }

    [Fact]
    public async Task SegmentsOfWindowsAtOnceAreNumberedOneAfterTheOther()
    {
        var heard = await HearAsync(Speak(pause: 0.3f).Samples, Sequential with { BatchSize = 8 });
        Assert.Contains(heard.Segments!.GroupBy(segment => segment.Seek), window => window.Count() > 1);
        Assert.Equal(Enumerable.Range(0, heard.Segments!.Count), heard.Segments.Select(segment => segment.Id));
    }

    [Fact]
    public async Task WordsHaveTheirTimesInWindowsAtOnce()
    {
        var (samples, said) = Speak(pause: 0.9f);
        var answer = await HearAsync(samples, Sequential with { BatchSize = 8, WordTimestamps = true });
        var words = answer.Segments!.SelectMany(segment => segment.Words!).ToArray();
        Assert.Equal(said.Select(segment => segment.Text), words.Select(word => word.Text.Trim()));
        Assert.All(said.Zip(words), pair => Assert.True(pair.Second.Start < pair.First.End && pair.Second.End > pair.First.Start, $"{pair.Second} is said from {pair.First.Start} to {pair.First.End} s."));
    }

    [Fact]
    public async Task SilenceIsPassedOver()
    {
        var (samples, said) = Speak(pause: 6);
        var (before, all) = (shared.Host.Encoded, 0);
        var heard = await HearAsync(samples, Sequential with { VadFilter = true });
        (before, all) = (shared.Host.Encoded, shared.Host.Encoded - before);
        Assert.Equal(string.Join(' ', said.Select(segment => segment.Text)), heard.Text.Trim());
        AreTimed(said, heard);
        Assert.Equal(said.Length, all);
        await HearAsync(samples, Sequential with { NoSpeechThreshold = 1 });
        Assert.InRange(shared.Host.Encoded - before, 3 * all, int.MaxValue);
    }

    [Theory]
    [InlineData(1, 0.2f, 0.2)]
    [InlineData(1, 0.35f, 0)]
    [InlineData(8, 0.35f, 0)]
    public async Task WithoutTimesNoWordIsCutWhereAWindowEnds(int batchSize, float pause, double mostErrors)
    {
        var (samples, said) = Speak(pause);
        var heard = await HearAsync(samples, Sequential with { ReturnTimestamps = false, BatchSize = batchSize });
        var errors = SpeechErrors.OfWords(string.Join(' ', said.Select(segment => segment.Text)), heard.Text.Trim());
        Assert.InRange(errors.ErrorRate, 0, mostErrors);
        Assert.InRange(heard.Segments!.Count, 2, said.Length);
        // Each ends in a pause, and the next one begins there.
        Assert.All(heard.Segments.Zip(heard.Segments.Skip(1)), pair => Assert.InRange(pair.Second.Start - pair.First.End, -1e-9, pause));
        Assert.All(heard.Segments.SkipLast(1), segment => Assert.DoesNotContain(said, word => segment.End > word.Start + 0.05 && segment.End < word.End - 0.05));
    }

    [Fact]
    public async Task ClipsHoldForWindowsAtOnceToo()
    {
        var (samples, said) = Speak(pause: 0.9f);
        var (from, to) = (said[3].Start - 0.3, said[6].End + 0.3);
        var heard = await HearAsync(samples, Sequential with { BatchSize = 8, ClipTimestamps = [from, to] });
        Assert.Equal(string.Join(' ', said[3..7].Select(segment => segment.Text)), heard.Text.Trim());
    }

    private static void AreTimed(Segment[] said, Transcript heard)
    {
        Assert.Equal(said.Select(segment => segment.Text), heard.Segments!.Select(segment => segment.Text.Trim()));
        Assert.All(said.Zip(heard.Segments!), pair =>
        {
            Assert.Equal(pair.First.Start, pair.Second.Start, 0.25);
            Assert.Equal(pair.First.End, pair.Second.End, 0.25);
        });
    }

    private static (double, double, string) Plain(Segment segment) => (segment.Start, segment.End, segment.Text);

    // The recordings of the fixtures that are heard right one by one, with a faint noise throughout.
    private static (float[] Samples, Segment[] Said) Speak(float pause)
    {
        List<float> samples = [];
        List<Segment> said = [];
        foreach (var file in Directory.GetFiles(Repository.Fixture("audio", "fsdd")).Order(StringComparer.Ordinal).Take(12))
        {
            samples.AddRange(new float[(int)(pause * 16_000)]);
            using var source = AudioFile.Open(file);
            var start = samples.Count / 16_000.0;
            samples.AddRange(source.ToArray());
            said.Add(new() { Start = start, End = samples.Count / 16_000.0, Text = Words[Path.GetFileName(file)[0] - '0'] });
        }

        var noise = new Random(1);
        return ([.. samples.Concat(new float[16_000]).Select(sample => sample + (0.0005f * (noise.NextSingle() - 0.5f)))], [.. said]);
    }

    private async Task<Transcript> HearAsync(float[] samples, SpeechToTextOptions options)
    {
        using var head = new SpeechToTextHead(shared.Host, options);
        using var sound = GoldenSounds.Frames(samples, 80);
        return await head.AnswerAsync(new() { Audio = "" }, sound, shared.Host, null, TestContext.Current.CancellationToken);
    }
}
