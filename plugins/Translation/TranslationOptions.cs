using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a translation task.</summary>
public sealed record TranslationOptions
{
    /// <summary>Gets the language of the texts: a code such as <c>en</c>, an English name, or the checkpoint's own name for it, such as <c>eng_Latn</c>.</summary>
    public string? From { get; init; }

    /// <summary>Gets the language to translate to.</summary>
    public string? To { get; init; }

    /// <summary>Gets what is put before each text; <c>{from}</c> and <c>{to}</c> become the languages' names.</summary>
    /// <value>Null, the default, is what the checkpoint's family was taught, such as T5's <c>translate English to German: </c>. An empty text is nothing.</value>
    public string? Prefix { get; init; }

    /// <summary>Gets what becomes of a text that is longer than the backbone reads.</summary>
    /// <value>The default is <see cref="Overlong.Split"/>. In training such a text is always truncated.</value>
    public Overlong Overlong { get; init; } = Overlong.Split;

    /// <summary>Gets the field or column of a dataset that holds the text.</summary>
    /// <value>Null, the default, is one called as the language is, or <c>source</c>, <c>src</c> or <c>text</c>.</value>
    public string? SourceField { get; init; }

    /// <summary>Gets the field or column of a dataset that holds the translation.</summary>
    /// <value>Null, the default, is one called as the language is, or <c>target</c>, <c>tgt</c> or <c>translation</c>.</value>
    public string? TargetField { get; init; }
}
