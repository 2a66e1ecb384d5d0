using Ptgp.Toolkit.Text;

namespace Ptgp.QA;

/// <summary>An answer, where it stands, and what should be known about it.</summary>
public sealed record Reply
{
    /// <summary>Gets the answer; empty when the context does not say it.</summary>
    public required string Answer { get; init; }

    /// <summary>Gets how likely it is. Equal answers of several windows add up, so that it may exceed 1.</summary>
    public double? Score { get; init; }

    /// <summary>Gets where it starts in its context, in Unicode code points; null when it does not stand there.</summary>
    public int? Start { get; init; }

    /// <summary>Gets the place after its end, in Unicode code points.</summary>
    public int? End { get; init; }

    /// <summary>Gets <see cref="Start"/> in UTF-16 code units, where one of the two places differs.</summary>
    public int? StartUtf16 { get; init; }

    /// <summary>Gets <see cref="End"/> in UTF-16 code units, where one of the two places differs.</summary>
    public int? EndUtf16 { get; init; }

    /// <summary>Gets which of several contexts it comes from, counted from 0.</summary>
    public int? Context { get; init; }

    /// <summary>Gets how probable it is that the context does not say it, where that may be an answer.</summary>
    public double? NoAnswerProbability { get; init; }

    /// <summary>Gets true where it was written and stops because its length ran out; else null.</summary>
    public bool? Unfinished { get; init; }

    /// <summary>Gets all answers, best first, when several were asked for.</summary>
    public IReadOnlyList<Reply>? Answers { get; init; }

    /// <summary>Gets the reply that each context gives, in order, when there are several.</summary>
    public IReadOnlyList<Reply>? Contexts { get; init; }

    /// <summary>Gets the best answer that is not empty, whether it stands first or not.</summary>
    internal string Spoken { get; init; } = "";

    /// <summary>Gets the place in UTF-16 code units.</summary>
    internal (int Start, int End)? Place => Start is { } start && End is { } end ? (StartUtf16 ?? start, EndUtf16 ?? end) : null;

    /// <summary>Quotes a context; places are in UTF-16 code units.</summary>
    internal static Reply Quote(string context, int start, int end, double? score = null)
    {
        var (first, last) = (CodePoints.FromUtf16(context, start), CodePoints.FromUtf16(context, end));
        var isSame = (first, last) == (start, end);
        return new() { Answer = context[start..end], Score = score, Start = first, End = last, StartUtf16 = isSame ? null : start, EndUtf16 = isSame ? null : end };
    }
}
