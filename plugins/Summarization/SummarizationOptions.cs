using System.ComponentModel.DataAnnotations;
using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a summarization task.</summary>
public sealed record SummarizationOptions
{
    /// <summary>Gets whose published settings summaries are written with; each of them may be changed by the task's <c>generation</c>.</summary>
    /// <value>Null, the default, leaves them to the checkpoint.</value>
    public Style? Style { get; init; }

    /// <summary>Gets what is put before each text.</summary>
    /// <value>Null, the default, is what the checkpoint's family was taught, such as T5's <c>summarize: </c>. An empty text is nothing.</value>
    public string? Prefix { get; init; }

    /// <summary>Gets the language of texts and summaries: a code such as <c>en</c>, an English name, or the checkpoint's own name for it. It tells where sentences end, and a checkpoint of many languages what to write.</summary>
    /// <value>Null, the default, is not known: such a checkpoint's own default stands.</value>
    public string? Language { get; init; }

    /// <summary>Gets what becomes of a text that is longer than the backbone reads.</summary>
    /// <value>The default is <see cref="Overlong.Split"/>: its parts are summarized, then their summaries. In training such a text is always truncated.</value>
    public Overlong Overlong { get; init; } = Overlong.Split;

    /// <summary>Gets how many sentences a summary must have.</summary>
    /// <value>At least 0. The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int MinSentences { get; init; }

    /// <summary>Gets how many sentences a summary may have.</summary>
    /// <value>At least 1. Null, the default, sets no bound.</value>
    [Range(1, int.MaxValue)]
    public int? MaxSentences { get; init; }

    /// <summary>Gets whether ROUGE compares stems of words.</summary>
    /// <value>The default is false, as the reference has it.</value>
    public bool UseStemmer { get; init; }

    /// <summary>Gets how many sentences the baselines have, the text's first ones and random ones, that <c>ptgp evaluate</c> scores beside the task's summaries.</summary>
    /// <value>At least 0. The default is 0: no baselines.</value>
    [Range(0, int.MaxValue)]
    public int Baselines { get; init; }

    /// <summary>Gets the column or field of a dataset that holds the text.</summary>
    /// <value>Null, the default, is one called as published datasets call it: <c>text</c>, <c>article</c>, <c>document</c>, <c>dialogue</c>, <c>body</c>, <c>description</c> or <c>source</c>.</value>
    public string? TextColumn { get; init; }

    /// <summary>Gets the columns or fields of a dataset that hold the summary; of several, each holds one that is right.</summary>
    /// <value>Null, the default, is one called <c>summary</c>, <c>highlights</c>, <c>abstract</c>, <c>tldr</c> or <c>target</c>, or several called <c>summary1</c>, <c>summary2</c>, …</value>
    public IReadOnlyList<string>? SummaryColumn { get; init; }
}
