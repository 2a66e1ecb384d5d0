using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Speech;

/// <summary>Finds which language is spoken.</summary>
public static class SpokenLanguage
{
    /// <summary>Finds the entry of a language that was asked for; null where only English is heard.</summary>
    /// <exception cref="OptionException">The backbone was not taught it; the message names the nearest.</exception>
    public static string? Find(string wanted, SpeechMarks marks)
    {
        if (marks.Languages.Count > 0)
        {
            return LanguageNames.Find(marks.Languages.Keys, wanted, "language");
        }

        return Language.Find(wanted)?.Code == "en" ? null : throw new OptionException("language", $"must be 'en' or left out, because the backbone hears English alone, but is '{wanted}'. Choose a multilingual checkpoint.");
    }

    /// <summary>Listens to a window for its language: the entries, the likeliest first, and their probabilities among all languages.</summary>
    public static async Task<IReadOnlyList<(string Entry, double Probability)>> DetectAsync(IEncodedInput window, IAnswering host, SpeechMarks marks, CancellationToken cancellation)
    {
        var written = await host.WriteAsync(
            new() { Encoded = window, Options = new() { DecoderStartTokenId = marks.Start, MaxNewTokens = 1, NumBeams = 1, NumReturnSequences = 1, DoSample = false }, ProbabilitiesOf = [.. marks.Languages.Values], ProbabilitiesAfter = 0 },
            cancellation).ConfigureAwait(false);
        var sum = written.Probabilities.Sum(probability => (double)probability);
        return [.. marks.Languages.Keys.Zip(written.Probabilities, (entry, probability) => (entry, probability / Math.Max(sum, float.Epsilon))).OrderByDescending(found => found.Item2)];
    }

    /// <summary>Gets the code within an entry, such as <c>en</c>.</summary>
    public static string Code(string? entry) => entry?.Trim('<', '|', '>') ?? "en";
}
