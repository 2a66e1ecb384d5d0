namespace Ptgp.QA;

/// <summary>The options that stand for one question; see <see cref="QAOptions"/>.</summary>
internal sealed record Limits(
    int TopK, int DocStride, int MaxSeqLen, int MaxQuestionLen, int MaxAnswerLen, bool HandleImpossibleAnswer, double? NoAnswerThreshold, bool AlignToWords)
{
    private const int Longest = 384, Overlap = 128;

    /// <summary>Puts together what a question and the task say.</summary>
    /// <exception cref="OptionException">A value does not hold.</exception>
    /// <exception cref="FormatException">There is no question or no context; the message is for whoever asked.</exception>
    public static Limits Of(Question question, QAOptions options, IBackbone backbone)
    {
        if (string.IsNullOrWhiteSpace(question.Text) || question.Contexts.Count == 0)
        {
            throw new FormatException(string.IsNullOrWhiteSpace(question.Text)
                ? "A question must not be empty. Give it as \"question\"." : "A question must have a context or more, but has none. Give it as \"context\".");
        }

        var length = Check("maxSeqLen", 1, question.MaxSeqLen ?? options.MaxSeqLen ?? Math.Min(backbone.MaxLength, Longest));
        if (length > backbone.MaxLength)
        {
            throw new OptionException("maxSeqLen", $"must be at most the {backbone.MaxLength} tokens that backbone '{backbone.Description.Name}' reads, but is {length}.");
        }

        var stride = Check("docStride", 0, question.DocStride ?? options.DocStride ?? Math.Min(length / 2, Overlap));
        if (stride >= length)
        {
            throw new OptionException("docStride", $"must be below 'maxSeqLen', the tokens of a window, of which neighbours share as many as it says, but is {stride} where that is {length}. Lower the one or raise the other.");
        }

        return new(
            Check("topK", 1, question.TopK ?? options.TopK),
            stride,
            length,
            Check("maxQuestionLen", 1, question.MaxQuestionLen ?? options.MaxQuestionLen),
            Check("maxAnswerLen", 1, question.MaxAnswerLen ?? options.MaxAnswerLen),
            question.HandleImpossibleAnswer ?? options.HandleImpossibleAnswer,
            options.NoAnswerThreshold,
            question.AlignToWords ?? options.AlignToWords);
    }

    private static int Check(string name, int least, int value) =>
        value >= least ? value : throw new OptionException(name, $"must be at least {least}, but is {value}.");
}
