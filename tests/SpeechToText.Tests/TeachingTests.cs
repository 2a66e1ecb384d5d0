namespace Ptgp.SpeechToText.Tests;

/// <summary>What a checkpoint with windows of 2 s is taught of recordings: which windows, what they are told and what they are to say.</summary>
public class TeachingTests(DigitsTests.Shared shared) : IClassFixture<DigitsTests.Shared>
{
    private static readonly Segment[] Segments = [Said(0.1, 0.6, " one"), Said(0.8, 1.4, " two"), Said(1.6, 2.32, " three"), Said(2.5, 3, " four")];
    private static readonly Recording Long = new() { Audio = "a.wav", Start = 10, End = 14, Language = "en", Known = new(Segments, "zero") };
    private static readonly Transcript All = new() { Text = "one two three four", Segments = Segments };
    private static readonly SpeechToTextOptions Always = new() { TimestampProbability = 1, ConditionOnPrevProbability = 1 };

    [Fact]
    public void TimesAreMarkedFromTheWindowsStartAndWhatGoesOnByItsStart() => Assert.Equal(
        [
            "<|startofprev|> zero<|startoftranscript|><|en|><|transcribe|><|0.10|> one<|0.60|><|0.80|> two<|1.40|><|1.60|><|endoftext|>",
            "<|startofprev|><|0.10|> one<|0.60|><|0.80|> two<|1.40|><|startoftranscript|><|en|><|transcribe|><|0.00|> three<|0.72|><|0.90|> four<|1.40|><|endoftext|>",
        ],
        Taught(Long, All, Always));

    [Fact]
    public void WithoutTimesAWindowEndsBeforeWhatIsNotSaidInIt()
    {
        var options = Always with { TimestampProbability = 0 };
        Assert.Equal(
            [
                "<|startofprev|> zero<|startoftranscript|><|en|><|transcribe|><|notimestamps|> one two<|endoftext|>",
                "<|startofprev|> one two<|startoftranscript|><|en|><|transcribe|><|notimestamps|> three four<|endoftext|>",
            ],
            Taught(Long, All, options));
        Assert.Equal([(10, 11.6), (11.6, 14)], Utterance.Of(Long, options, 2).Select(part => (part.Recording.Start!.Value, part.Recording.End!.Value)));
        Assert.Equal([(10, 14), (11.6, 14)], Utterance.Of(Long, Always, 2).Select(part => (part.Recording.Start!.Value, part.Recording.End!.Value)));
    }

    [Fact]
    public void FasterSpeechHasEarlierTimesAndFillsLongerWindows()
    {
        var parts = Utterance.Of(Long, Always with { SpeedPerturbation = [0.5, 1, 2], ConditionOnPrevProbability = 0 }, 2);
        Assert.Equal([0.5, 0.5, 0.5, 0.5, 1, 1, 2], parts.Select(part => part.Speed));
        Assert.Equal("<|startoftranscript|><|en|><|transcribe|><|0.04|> one<|0.30|><|0.40|> two<|0.70|><|0.80|> three<|1.16|><|1.24|> four<|1.50|><|endoftext|>", Taught(parts[^1], All, Always));
    }

    [Fact]
    public void TimesNeverFallAndWhatCannotBeMarkedIsLearnedWithout()
    {
        Assert.Equal(["<|startoftranscript|><|en|><|transcribe|><|0.10|> one<|0.60|><|0.60|> two<|1.40|><|endoftext|>"], Taught(Known(Said(0.1, 0.6, " one"), Said(0.5, 1.4, " two")), All, Always));
        Assert.Equal(["<|startoftranscript|><|en|><|transcribe|><|notimestamps|> one<|endoftext|>"], Taught(Known(Said(0.1, 0.1, " one")), All, Always));
        Assert.Empty(Taught(new Recording { Audio = "a.wav" }, new() { Text = " " }, Always));
        Assert.Empty(Taught(new Recording { Audio = "a.wav" }, new() { Text = string.Join(' ', Enumerable.Repeat("seven", 100)) }, Always));
    }

    [Fact]
    public void HalfOfTheRecordingsAreTaughtEachWay()
    {
        var parts = Enumerable.Range(0, 2000).SelectMany(i => Utterance.Of(new() { Audio = $"data/speaker-{i % 5}/{i:0000}.wav" }, new(), 30)).ToArray();
        Assert.InRange(parts.Count(part => part.MarksTimes), 900, 1100);
        Assert.InRange(parts.Count(part => part.IsTold), 900, 1100);
        Assert.InRange(parts.Count(part => part.IsTold && part.MarksTimes), 430, 570);
        Assert.Equal(parts.Take(100), Enumerable.Range(0, 100).SelectMany(i => Utterance.Of(new() { Audio = $"data/speaker-{i % 5}/{i:0000}.wav" }, new(), 30)));
    }

    private static Segment Said(double start, double end, string text) => new() { Start = start, End = end, Text = text };

    private static Recording Known(params Segment[] segments) => new() { Audio = "a.wav", Known = new(segments, null) };

    private string[] Taught(Recording recording, Transcript output, SpeechToTextOptions options) =>
        [.. Utterance.Of(recording, options, shared.Host.Marks.Window).Select(part => Taught(part, output, options)).OfType<string>()];

    // The row as the decoder sees it, from its start token on.
    private string? Taught(Utterance part, Transcript output, SpeechToTextOptions options)
    {
        var marks = shared.Host.Marks;
        if (new Teaching(shared.Host, marks, options).Of(part, output) is not { } target)
        {
            return null;
        }

        var ids = target.Labels.ToArray().Select(id => (int)id).ToArray();
        return string.Concat(ids.Prepend(ids.Contains(marks.Start) ? marks.Previous : marks.Start).Select(id => id < marks.End ? marks.Text([id]) : shared.Host.Tokenizer.GetEntry(id)));
    }
}
