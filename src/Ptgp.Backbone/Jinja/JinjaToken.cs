namespace Ptgp.Backbone.Jinja;

/// <summary>What a token of a template is.</summary>
internal enum JinjaTokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,

    /// <summary>The beginning of <c>{{ … }}</c>.</summary>
    Print,

    /// <summary>The beginning of <c>{% … %}</c>.</summary>
    Tag,

    /// <summary>The end of either.</summary>
    Close,

    /// <summary>A name or keyword.</summary>
    Name,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A quoted text, its escapes resolved.</summary>
    Text,

    /// <summary>An operator or bracket.</summary>
    Symbol,

    /// <summary>The end of the template.</summary>
    End,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it is written.</param>
/// <param name="Line">The line it begins in, counted from 1.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line)
{
    public bool Is(JinjaTokenKind kind, string text) => Kind == kind && Text == text;
}
