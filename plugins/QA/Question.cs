using System.Text.Json.Serialization;

namespace Ptgp.QA;

/// <summary>A question, and the texts that may answer it. What is null of the rest stands as in the task's options.</summary>
public sealed record Question
{
    /// <summary>Gets the question.</summary>
    [JsonPropertyName("question")]
    public required string Text { get; init; }

    /// <summary>Gets the texts; in JSON a text, or a list of them.</summary>
    [JsonPropertyName("context"), JsonConverter(typeof(ContextsConverter))]
    public required IReadOnlyList<string> Contexts { get; init; }

    /// <summary>Gets how many answers are wanted; see <see cref="QAOptions.TopK"/>.</summary>
    public int? TopK { get; init; }

    /// <summary>Gets how many tokens neighbouring windows share; see <see cref="QAOptions.DocStride"/>.</summary>
    public int? DocStride { get; init; }

    /// <summary>Gets the length of a window; see <see cref="QAOptions.MaxSeqLen"/>.</summary>
    public int? MaxSeqLen { get; init; }

    /// <summary>Gets to how many tokens a question is cut; see <see cref="QAOptions.MaxQuestionLen"/>.</summary>
    public int? MaxQuestionLen { get; init; }

    /// <summary>Gets the most tokens of an answer; see <see cref="QAOptions.MaxAnswerLen"/>.</summary>
    public int? MaxAnswerLen { get; init; }

    /// <summary>Gets whether the answer may be that there is none; see <see cref="QAOptions.HandleImpossibleAnswer"/>.</summary>
    public bool? HandleImpossibleAnswer { get; init; }

    /// <summary>Gets whether answers are made of whole words; see <see cref="QAOptions.AlignToWords"/>.</summary>
    public bool? AlignToWords { get; init; }
}
