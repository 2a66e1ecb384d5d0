using Ptgp.Toolkit.Alignment;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Toolkit.Speech;

/// <summary>A word within a window.</summary>
/// <param name="Text">Its text, with the blank before it.</param>
/// <param name="Ids">Its tokens.</param>
/// <param name="Start">When it begins, in seconds from the window's start.</param>
/// <param name="End">When it ends.</param>
/// <param name="Probability">The mean probability of its tokens.</param>
public readonly record struct TimedWord(string Text, IReadOnlyList<int> Ids, double Start, double End, double Probability);

/// <summary>Finds when the words of a window are said, by how the alignment heads look at the sound when the text is written once more.</summary>
public sealed class WordAligner(IAnswering host, IBackbone backbone, SpeechMarks marks)
{
    /// <summary>Finds the words.</summary>
    /// <param name="window">The window.</param>
    /// <param name="text">The tokens of its text, no times among them.</param>
    /// <param name="language">The entry of the language; null where only English is heard.</param>
    /// <param name="task">What was written.</param>
    /// <param name="frames">How many frames of the window are sound.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<IReadOnlyList<TimedWord>> AlignAsync(IEncodedInput window, IReadOnlyList<int> text, string? language, SpeechTask task, int frames, CancellationToken cancellation)
    {
        var length = frames / marks.FramesPerStep;
        if (text.Count == 0 || length == 0)
        {
            return [];
        }

        var beginning = marks.Beginning(language, task);
        var dictation = new Dictation([.. text, marks.End], marks.End);
        var written = await host.WriteAsync(
            new()
            {
                Encoded = window,
                Prefix = [.. beginning[1..], marks.NoTimes],
                // The end is one of the tokens whose look counts, so it must not end the writing: something is written behind it.
                Options = new()
                {
                    DecoderStartTokenId = marks.Start,
                    MaxNewTokens = text.Count + 2,
                    NumBeams = 1,
                    NumReturnSequences = 1,
                    DoSample = false,
                    EosTokenId = [marks.NoTimes],
                    SuppressTokens = [],
                    BeginSuppressTokens = [],
                    NoRepeatNgramSize = 0,
                    RepetitionPenalty = 1,
                    MinNewTokens = 0,
                    MinLength = 0,
                    StopStrings = [],
                    BadWordsIds = [],
                    SequenceBias = [],
                },
                Rules = [dictation],
                Attention = new() { Heads = backbone.Description.AlignmentHeads },
            },
            cancellation).ConfigureAwait(false);
        // A row is of the step that was fed a token: from the last before the text on to the last of the text.
        var all = AttentionTable.Of(written.Best.Attention, length);
        var costs = new double[text.Count + 1, length];
        for (var row = 0; row <= text.Count; row++)
        {
            for (var at = 0; at < length; at++)
            {
                costs[row, at] = -all[beginning.Length + row, at];
            }
        }

        var reached = TimeWarping.Reached(costs);
        var (words, place) = (new List<TimedWord>(), 0);
        foreach (var (word, ids) in WordSplit.Of(text, SpokenLanguage.Code(language), marks.Text))
        {
            var end = place + ids.Count;
            words.Add(new(word, ids, reached[place] * marks.SecondsPerStep, reached[end] * marks.SecondsPerStep, dictation.Probabilities.Take(place..end).Average()));
            place = end;
        }

        return words;
    }

    /// <summary>Makes the tokens that are written those of a text, and notes how probable each was among all tokens of text.</summary>
    private sealed class Dictation(IReadOnlyList<int> text, int end) : LogitsRule
    {
        private static readonly Scalar Never = double.NegativeInfinity;

        public List<double> Probabilities { get; } = [];

        public override void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
        {
            var id = text[Math.Min(written.Count - prefixLength, text.Count - 1)];
            if (id < end)
            {
                Probabilities.Add(scores.narrow(0, 0, end).softmax(0)[id].item<float>());
            }

            var kept = scores[id].clone();
            scores.fill_(Never);
            scores[id].copy_(kept);
        }
    }
}
