using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>How many sentences a summary must and may have.</summary>
internal sealed record SentenceLimits(int Least, int? Most, string? Language)
{
    /// <summary>Gets whether anything is limited.</summary>
    public bool Any => Least > 0 || Most is not null;

    /// <summary>Finds what stands for a document.</summary>
    /// <exception cref="OptionException">No number of sentences would do.</exception>
    public static SentenceLimits Of(Document document, SummarizationOptions options)
    {
        var limits = new SentenceLimits(document.MinSentences ?? options.MinSentences, document.MaxSentences ?? options.MaxSentences, options.Language);
        return limits.Most < 1 ? throw new OptionException("maxSentences", $"must be at least 1, but is {limits.Most}.")
            : limits.Least > limits.Most ? throw new OptionException("minSentences", $"must be at most 'maxSentences', but is {limits.Least} where that is {limits.Most}. Lower the one or raise the other.")
            : limits;
    }

    /// <summary>Tells whether a text needs more sentences before it may end. The last one counts when its end would be one before any other sentence, which that of 'Dr.' is not.</summary>
    public bool Lacks(string text) => Least > 0 && SentenceSplitter.Split(text.TrimEnd() + " X", Language).Count - 1 < Least;

    /// <summary>Tells whether a text has begun a sentence too many: only then it is sure that the one before has ended.</summary>
    public bool Exceeds(string text) => Most is { } most && SentenceSplitter.Split(text, Language).Count > most;

    /// <summary>Leaves out the sentences that are too many.</summary>
    public string Cut(string text) => Most is { } most ? Sentences.First(text, most, Language).TrimEnd() : text;
}
