using Microsoft.Extensions.Logging;

namespace Ptgp.Summarization;

/// <summary>What is said beside the answers.</summary>
internal static partial class SummarizationLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A text of {Length} tokens gets a summary of at least {Least}. Lower minNewTokens (or minLength), or choose another style. Further texts as short are not reported.")]
    public static partial void SummaryIsLongerThanItsText(this ILogger log, int length, int least);
}
