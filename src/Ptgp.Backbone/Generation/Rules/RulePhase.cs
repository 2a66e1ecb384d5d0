namespace Ptgp.Backbone.Generation.Rules;

/// <summary>When a rule acts. The order is the reference's, except that all that forbids acts together: nothing between could tell the difference.</summary>
internal enum RulePhase
{
    /// <summary>Numbers are added to scores.</summary>
    Bias,

    /// <summary>Tokens that the input lacks are worsened.</summary>
    CompareWithSource,

    /// <summary>Tokens already written are worsened.</summary>
    CompareWithWritten,

    /// <summary>Tokens are forbidden.</summary>
    Forbid,

    /// <summary>Rules of whoever asked.</summary>
    Custom,

    /// <summary>One token is forced.</summary>
    Force,

    /// <summary>The end grows likelier.</summary>
    Decay,
}
