using System.ComponentModel.DataAnnotations;

namespace Ptgp.QA;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a question-answering task.</summary>
public sealed record QAOptions
{
    /// <summary>Gets how answers come about.</summary>
    /// <value>The default is <see cref="AnswerMode.Extractive"/>.</value>
    public AnswerMode Mode { get; init; } = AnswerMode.Extractive;

    /// <summary>Gets how many answers are given.</summary>
    /// <value>At least 1. The default is 1.</value>
    [Range(1, int.MaxValue)]
    public int TopK { get; init; } = 1;

    /// <summary>Gets how many tokens of a long context neighbouring windows share.</summary>
    /// <value>At least 0. Null, the default, is half of <see cref="MaxSeqLen"/>, and 128 at most.</value>
    [Range(0, int.MaxValue)]
    public int? DocStride { get; init; }

    /// <summary>Gets how many tokens a window has, question and special tokens included.</summary>
    /// <value>At least 1. Null, the default, is what the backbone reads, and 384 at most.</value>
    [Range(1, int.MaxValue)]
    public int? MaxSeqLen { get; init; }

    /// <summary>Gets to how many tokens a question is cut that would leave its context no room.</summary>
    /// <value>At least 1. The default is 64.</value>
    [Range(1, int.MaxValue)]
    public int MaxQuestionLen { get; init; } = 64;

    /// <summary>Gets the most tokens that an answer is made of.</summary>
    /// <value>At least 1. The default is 15. An answer that is written is as long as the options of writing let it be.</value>
    [Range(1, int.MaxValue)]
    public int MaxAnswerLen { get; init; } = 15;

    /// <summary>Gets whether the answer may be that the context does not say it.</summary>
    /// <value>The default is false.</value>
    public bool HandleImpossibleAnswer { get; init; }

    /// <summary>Gets above which probability of there being no answer none is given.</summary>
    /// <value>From 0 to 1. Null, the default, gives none where that is likelier than every answer.</value>
    [Range(0.0, 1.0)]
    public double? NoAnswerThreshold { get; init; }

    /// <summary>Gets whether answers are made of whole words.</summary>
    /// <value>The default is true.</value>
    public bool AlignToWords { get; init; } = true;

    /// <summary>Gets what a backbone that writes is given to read; <c>{question}</c> and <c>{context}</c> stand for both.</summary>
    /// <value>The default is <c>question: {question} context: {context}</c>.</value>
    public string Prompt { get; init; } = "question: {question} context: {context}";
}

/// <summary>How answers come about: found in the context, or written by the backbone.</summary>
public enum AnswerMode
{
    Extractive,
    Generative,
}
