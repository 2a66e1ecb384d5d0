using System.Text;

namespace Ptgp.Backbone.Jinja;

/// <summary>What a statement lets follow.</summary>
internal enum JinjaFlow
{
    /// <summary>The next statement.</summary>
    Next,

    /// <summary>What comes behind the loop.</summary>
    Break,

    /// <summary>The loop's next item.</summary>
    Continue,
}

/// <summary>A part of a template, ready to be rendered.</summary>
internal delegate JinjaFlow JinjaStatement(JinjaScope scope, StringBuilder output);
