namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>How the characters of an expression are written in what surrounds it.</summary>
internal interface ICharacters
{
    /// <summary>Gets what may stand where an expression is not tied to the start or the end.</summary>
    Pattern Around { get; }

    /// <summary>Makes one character of a set; null when none can be written.</summary>
    Pattern? OneOf(CharacterSet set);
}
