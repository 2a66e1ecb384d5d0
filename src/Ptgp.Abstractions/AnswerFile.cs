namespace Ptgp;

/// <summary>How answers become files of their own. Since 1.5.</summary>
/// <typeparam name="TInput">What a caller asks about.</typeparam>
/// <typeparam name="TOutput">What the task answers.</typeparam>
public sealed record AnswerFile<TInput, TOutput>
{
    /// <summary>Gets what the files' names end with, without the dot, such as <c>srt</c>.</summary>
    public required string Extension { get; init; }

    /// <summary>Gets what renders an answer: all that its file holds. Called on any thread.</summary>
    public required Func<TOutput, string> Write { get; init; }

    /// <summary>Gets what names the file of an input, such as <c>talk</c> for <c>recordings/talk.wav</c>. Called on any thread.</summary>
    /// <value>Null, the default: files are numbered.</value>
    public Func<TInput, string>? Name { get; init; }
}
