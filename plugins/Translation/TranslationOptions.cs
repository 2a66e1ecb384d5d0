using System.ComponentModel.DataAnnotations;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a translation task.</summary>
public sealed record TranslationOptions
{
    /// <summary>Gets the language of the texts: a code such as <c>en</c>, an English name, or the checkpoint's own name for it, such as <c>eng_Latn</c>.</summary>
    public string? From { get; init; }

    /// <summary>Gets the language to translate to.</summary>
    public string? To { get; init; }

    /// <summary>Gets whether the languages may be others than the pair that the checkpoint says it translates, because the task is trained, or was, to translate those.</summary>
    /// <value>The default is false: other languages are refused.</value>
    public bool OtherPair { get; init; }

    /// <summary>Gets what is put before each text; <c>{from}</c> and <c>{to}</c> become the languages' names.</summary>
    /// <value>Null, the default, is what the checkpoint's family was taught, such as T5's <c>translate English to German: </c>. An empty text is nothing.</value>
    public string? Prefix { get; init; }

    /// <summary>Gets what becomes of a text that is longer than the backbone reads.</summary>
    /// <value>The default is <see cref="Overlong.Split"/>. In training such a text is always truncated.</value>
    public Overlong Overlong { get; init; } = Overlong.Split;

    /// <summary>Gets whether each sentence is translated by itself, as most checkpoints were taught; else a text is split only where it is too long.</summary>
    public bool SplitSentences { get; init; }

    /// <summary>Gets whether line breaks stay where they are, so that each line is translated by itself. If not, a line break inside a sentence is a blank.</summary>
    /// <value>The default is true.</value>
    public bool KeepLines { get; init; } = true;

    /// <summary>Gets whether what the vocabulary could not write is replaced by the word that was read for it, by the decoder's attention.</summary>
    public bool ReplaceUnknown { get; init; }

    /// <summary>Gets a file of words, a line each with a tab between the word that is read and the one that is written for it, which <see cref="ReplaceUnknown"/> looks words up in. Relative to the working folder.</summary>
    /// <value>Null, the default, is none: words are taken over as they are.</value>
    public string? Dictionary { get; init; }

    /// <summary>Gets whether answers say which word became which.</summary>
    public bool Alignments { get; init; }

    /// <summary>Gets the heads of the decoder's attention to the source that words are aligned by, each as layer and head, counted from 0.</summary>
    /// <value>Null, the default, is those that the checkpoint names, else all of the later half of its layers. Of several their mean counts.</value>
    public IReadOnlyList<IReadOnlyList<int>>? AlignmentHeads { get; init; }

    /// <summary>Gets from which share of a word's attention on it is aligned with more words than the one it looked at most.</summary>
    /// <value>From 0 to 1. Null, the default, is with that one alone.</value>
    [Range(0.0, 1.0)]
    public double? AlignmentThreshold { get; init; }

    /// <summary>Gets whether the ways to go on after a text's <c>targetPrefix</c>, or to begin where it has none, are given as hypotheses.</summary>
    public bool ReturnAlternatives { get; init; }

    /// <summary>Gets how many ways to go on there are.</summary>
    /// <value>From 1 to 64. The default is 5.</value>
    [Range(1, 64)]
    public int NumHypotheses { get; init; } = 5;

    /// <summary>Gets the probability that a way to go on must begin with.</summary>
    /// <value>From 0 to 1. The default is 0. The likeliest is always there.</value>
    [Range(0.0, 1.0)]
    public double MinAlternativeExpansionProb { get; init; }

    /// <summary>Gets the field or column of a dataset that holds the text.</summary>
    /// <value>Null, the default, is one called as the language is, or <c>source</c>, <c>src</c> or <c>text</c>.</value>
    public string? SourceField { get; init; }

    /// <summary>Gets the field or column of a dataset that holds the translation.</summary>
    /// <value>Null, the default, is one called as the language is, or <c>target</c>, <c>tgt</c> or <c>translation</c>.</value>
    public string? TargetField { get; init; }
}
