using System.Text;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>The characters of a text that matches an expression from its start to its end.</summary>
/// <param name="writes">Tells whether a character can be written.</param>
/// <param name="lacking">Takes a character of each set of which none can be.</param>
internal sealed class PlainCharacters(Func<Rune, bool> writes, LackingCharacters lacking) : ICharacters
{
    /// <inheritdoc />
    public Pattern Around => Pattern.Empty;

    /// <inheritdoc />
    public Pattern? OneOf(CharacterSet set)
    {
        var one = Pattern.Any(
        [
            .. Enumerable.Range(0, 0x80).Where(one => set.Has(one) && writes(new(one))).Select(one => new Pattern.Bytes((byte)one, (byte)one)),
            .. set.Named.EnumerateRunes().Select(one => writes(one) ? Pattern.Text(one.ToString()) : null),
            set.IsBeyond ? Utf8Pattern.BeyondAscii : null,
        ]);
        lacking.Add(one is null ? set.First : null);
        return one;
    }
}
