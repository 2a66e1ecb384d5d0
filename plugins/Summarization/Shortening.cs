using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>Makes a text that is too long one that fits: its parts are summarized, and their summaries stand for it, again if they are still too long.</summary>
/// <param name="read">Encodes a text as the backbone is to read it, whole.</param>
/// <param name="ask">Asks for a text to be summarized by these options.</param>
/// <param name="most">How many tokens are read.</param>
/// <param name="language">The text's language, if it is known.</param>
internal sealed class Shortening(Func<string, EncodedText> read, Func<string, GenerationOptions, WritingRequest> ask, int most, string? language)
{
    /// <summary>Shortens a text.</summary>
    /// <returns>A text that fits, and the parts that were summarized for it; the text itself and none if it fits.</returns>
    /// <exception cref="FormatException">The summaries are no shorter than what they sum up.</exception>
    public async Task<(string Text, IReadOnlyList<SummarizedPart> Parts)> RunAsync(string text, IAnswering host, CancellationToken cancellation)
    {
        List<SummarizedPart> all = [];
        for (var (level, length) = (1, LengthOf(text)); length > most; level++)
        {
            var (ranges, done) = (Parts.Of(text, LengthOf, most, language), 0);
            var parts = await Task.WhenAll(ranges.Select(async range =>
            {
                var part = await SummarizeAsync(text[range], level, host, cancellation).ConfigureAwait(false);
                if (level == 1)
                {
                    // The last step is the summary of the summaries.
                    host.ReportProgress(Interlocked.Increment(ref done) / (ranges.Count + 1.0));
                }

                return part;
            })).ConfigureAwait(false);
            var joined = LongText.Join(text, ranges, parts.Select(part => part.Text));
            var left = LengthOf(joined);
            if (left >= length)
            {
                throw new FormatException($"The summaries of a text's parts must be shorter than the text, but have {left} tokens where it has {length}. Set the task's option 'overlong' to 'truncate', or use a backbone that reads more than {most} tokens.");
            }

            all.AddRange(parts);
            (text, length) = (joined, left);
        }

        return (text, all);
    }

    private async Task<SummarizedPart> SummarizeAsync(string source, int level, IAnswering host, CancellationToken cancellation)
    {
        var tokens = LengthOf(source);
        var written = await host.WriteAsync(ask(source, OptionsFor(host.Options, tokens - LengthOf(""))), cancellation).ConfigureAwait(false);
        return new() { Level = level, Source = source, Tokens = tokens, Text = written.Best.Text, NewTokens = written.Best.Ids.Count, Score = written.Best.Score };
    }

    // As the caller wants a summary to be, but one only, and at most half as long as the part: so there is an end to it.
    private static GenerationOptions OptionsFor(GenerationOptions wanted, int length)
    {
        const int longest = 256;     // the contract's, where nobody says otherwise
        var most = Math.Max(1, Math.Min(length / 2, wanted.MaxNewTokens ?? wanted.MaxLength - 1 ?? longest));
        int? Within(int? least) => least is { } tokens ? Math.Min(tokens, most) : null;
        return new() { NumReturnSequences = 1, MaxNewTokens = most, MinNewTokens = Within(wanted.MinNewTokens), MinLength = Within(wanted.MinLength) };
    }

    private int LengthOf(string text) => read(text).Tokens.Count;
}
