using System.Text;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>What bytes may follow each other, as a tree. Where a pattern is null, nothing can be written for it.</summary>
internal abstract record Pattern
{
    /// <summary>One byte of a range.</summary>
    public sealed record Bytes(byte First, byte Last) : Pattern;

    /// <summary>One after another.</summary>
    public sealed record Sequence(params IReadOnlyList<Pattern> Parts) : Pattern;

    /// <summary>One of several.</summary>
    public sealed record Choice(params IReadOnlyList<Pattern> Parts) : Pattern;

    /// <summary>So many times, with a separator between; <paramref name="Most"/> null for no bound.</summary>
    public sealed record Repeat(Pattern Part, Pattern Separator, int Least, int? Most) : Pattern;

    /// <summary>Members in order, with a separator between those that are there; one that is not required may be left out.</summary>
    public sealed record Members(Pattern Separator, params IReadOnlyList<(Pattern Part, bool IsRequired)> Parts) : Pattern;

    /// <summary>Nothing.</summary>
    public static Pattern Empty { get; } = new Sequence();

    /// <summary>Puts patterns one after another; null if one is.</summary>
    public static Pattern? Join(params IReadOnlyList<Pattern?> parts) => parts.Contains(null) ? null : new Sequence([.. parts.Select(part => part!)]);

    /// <summary>Leaves a choice of those that can be written; null if none can.</summary>
    public static Pattern? Any(params IEnumerable<Pattern?> parts) => parts.OfType<Pattern>().ToArray() is { Length: > 0 } all ? new Choice(all) : null;

    /// <summary>Lets a pattern stand or not.</summary>
    public static Pattern Optional(Pattern? part) => part is null ? Empty : new Repeat(part, Empty, 0, 1);

    /// <summary>Makes a text of its bytes.</summary>
    public static Pattern Text(string text) => new Sequence([.. Encoding.UTF8.GetBytes(text).Select(one => new Bytes(one, one))]);
}
