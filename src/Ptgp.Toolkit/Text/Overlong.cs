namespace Ptgp.Toolkit.Text;

/// <summary>What becomes of a text that is longer than the backbone reads.</summary>
public enum Overlong
{
    /// <summary>It is refused.</summary>
    Error,

    /// <summary>Its end is left out; the answer says how many tokens.</summary>
    Truncate,

    /// <summary>It is read in pieces; the answer lists them.</summary>
    Split,
}
