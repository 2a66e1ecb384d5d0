using CsCheck;
using Ptgp.Toolkit.Audio;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.SpeechToText.Tests;

/// <summary>Whatever a backbone writes, and wherever it looks: every recording comes to its end, as it need not with openai-whisper where imagined text is left out.</summary>
public class EndlessTests(DigitsTests.Shared shared) : IClassFixture<DigitsTests.Shared>
{
    [Fact]
    public void ARecordingComesToItsEnd() =>
        Gen.Select(Gen.Int[0, 1 << 20], Gen.Double[0.001, 3], Gen.Bool, Gen.Int[0, 700]).Sample(
            (seed, silence, words, frames) =>
            {
                var options = new SpeechToTextOptions
                {
                    Language = "en",
                    Temperature = [0],
                    LogprobThreshold = 0,
                    WordTimestamps = words,
                    HallucinationSilenceThreshold = words ? silence : 0,
                };
                using var sound = GoldenSounds.Frames(new float[frames * LogMel.Hop], 80);
                using var head = new SpeechToTextHead(shared.Host, options);
                var host = new Babbling(shared.Host.Marks, new(seed), frames + 1);
                var answer = head.AnswerAsync(new() { Audio = "" }, sound, host, null, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
                Assert.All(answer.Segments!, segment => Assert.InRange(segment.Seek, 0, frames));
                Assert.Equal(answer.Segments!.Select(segment => segment.Seek).Order(), answer.Segments!.Select(segment => segment.Seek));
            },
            iter: 150, seed: "0000KOIXerv2", threads: 1);

    /// <summary>Writes anything within the grammar of times and looks anywhere; each window is a frame at least, so that more of them than frames are too many.</summary>
    private sealed class Babbling(SpeechMarks marks, Random chance, int most) : IAnswering
    {
        private int windows;

        public GenerationOptions Options { get; } = new();

        public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation) =>
            ++windows <= most ? Task.FromResult<IEncodedInput>(new Nothing()) : throw new InvalidOperationException($"A recording of {most - 1} frames must have as many windows at most, but goes on.");

        public Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation) => Task.FromResult(new Written
        {
            Hypotheses = [request.Attention is null ? Babble() : Look(request)],
            Probabilities = request.ProbabilitiesOf.Count == 0 ? [] : [chance.NextSingle()],
        });

        public void ReportProgress(double share)
        {
        }

        private Hypothesis Babble()
        {
            List<int> ids = [];
            for (var at = chance.Next(marks.Steps / 2); at < marks.Steps && chance.Next(4) > 0; at += chance.Next(marks.Steps / 4))
            {
                ids.Add(marks.Zero + at);
                ids.AddRange(Enumerable.Range(0, chance.Next(1, 4)).Select(_ => marks.Encode("seven")[chance.Next(marks.Encode("seven").Count)]));
                at += chance.Next(1, marks.Steps / 4);
                ids.AddRange(chance.Next(5) == 0 ? [] : [marks.Zero + Math.Min(at, marks.Steps)]);
            }

            return new() { Ids = ids, Text = "", Score = 0, Finish = FinishReason.End };
        }

        // The dictation of a text: each step is the rule's, with a chance of its own, and looks where it likes.
        private Hypothesis Look(WritingRequest request)
        {
            List<int> written = [.. request.Prefix];
            for (var step = 0; step < request.Options.MaxNewTokens - 1; step++)
            {
                using var scores = zeros(marks.Zero + marks.Steps + 1);
                request.Rules[0].Apply(written, request.Prefix.Count, scores);
                written.Add((int)scores.argmax().item<long>());
            }

            var attention = new float[written.Count + 1, marks.Frames / 2];
            foreach (var row in Enumerable.Range(0, attention.GetLength(0)))
            {
                attention[row, chance.Next(attention.GetLength(1))] = 1;
            }

            return new() { Ids = written[request.Prefix.Count..], Text = "", Score = 0, Finish = FinishReason.Length, Attention = [attention] };
        }
    }

    private sealed class Nothing : IEncodedInput
    {
        public int Length => 100;

        public void Dispose()
        {
        }
    }
}
