namespace Ptgp.Summarization;

/// <summary>Published settings for writing summaries, named after the dataset that they were found for.</summary>
public enum Style
{
    /// <summary>Highlights of news, three or four sentences: BART on CNN/DailyMail.</summary>
    CnnDailyMail,

    /// <summary>One sentence of news: BART on XSum.</summary>
    Xsum,

    /// <summary>One sentence of a paper's abstract: BART on SciTLDR.</summary>
    SciTldr,

    /// <summary>What was said in a conversation: BART on DialogSum.</summary>
    DialogSum,
}

/// <summary>What each style sets.</summary>
internal static class Styles
{
    // The lengths are fairseq's, which do not count the end, so the longest has one more here; it stops when as many hypotheses as beams have ended. A checkpoint's own
    // shortest length, which it may have for another style, does not stand beside them.
    public static GenerationOptions Of(Style style) => style switch
    {
        Style.CnnDailyMail => new() { NumBeams = 4, LengthPenalty = 2, MinNewTokens = 55, MinLength = 0, MaxNewTokens = 141, NoRepeatNgramSize = 3, EarlyStopping = EarlyStopping.True },
        Style.Xsum => new() { NumBeams = 6, LengthPenalty = 1, MinNewTokens = 10, MinLength = 0, MaxNewTokens = 61, NoRepeatNgramSize = 3, EarlyStopping = EarlyStopping.True },
        Style.SciTldr => new() { NumBeams = 6, LengthPenalty = 1, MinNewTokens = 5, MinLength = 0, MaxNewTokens = 31, NoRepeatNgramSize = 3, EarlyStopping = EarlyStopping.True },
        Style.DialogSum => new() { NumBeams = 5, MaxNewTokens = 128 },
        _ => throw new ArgumentOutOfRangeException(nameof(style), style, "There is no such style."),
    };
}
