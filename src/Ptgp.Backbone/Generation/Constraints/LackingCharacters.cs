using System.Text;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>Characters that a form is made of and a vocabulary cannot write, for messages.</summary>
internal sealed class LackingCharacters
{
    private const int Most = 5;

    private readonly List<Rune> all = [];

    /// <summary>Gets whether there are any.</summary>
    public bool Any => all.Count > 0;

    /// <summary>Takes one; nothing where it is null.</summary>
    public void Add(Rune? one)
    {
        if (one is { } lacking && all.Count < Most && !all.Contains(lacking))
        {
            all.Add(lacking);
        }
    }

    /// <summary>Names the first few, such as <c>'€', U+000A</c>.</summary>
    public override string ToString() => string.Join(", ", all.Select(one => Rune.IsControl(one) || Rune.IsWhiteSpace(one) ? $"U+{one.Value:X4}" : $"'{one}'"));
}
