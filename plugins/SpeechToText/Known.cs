using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText;

/// <summary>What a dataset knows of a recording beside what is asked of it: for learning alone, never for answering.</summary>
/// <param name="Segments">What is said and when, in seconds from the recording's start; null where no times are known.</param>
/// <param name="Before">What was said before it; null where that is not known.</param>
internal sealed record Known(IReadOnlyList<Segment>? Segments, string? Before);
