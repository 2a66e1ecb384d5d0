using Microsoft.Extensions.Logging;

namespace Ptgp.SpeechToText;

/// <summary>What is said beside the answers.</summary>
internal static partial class SpeechToTextLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Remark}")]
    public static partial void SoundIsOdd(this ILogger log, string remark);
}
