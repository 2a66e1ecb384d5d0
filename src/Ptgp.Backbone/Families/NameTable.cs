namespace Ptgp.Backbone;

/// <summary>Turns the Transformer's own parameter names into those of a family's checkpoints.</summary>
/// <remarks>
/// A line is a pair of patterns, without the closing <c>.weight</c> or <c>.bias</c> where both sides close alike. <c>*</c> stands for <c>encoder</c> or
/// <c>decoder</c>, <c>#</c> for a layer's number; both sides of a line have the same ones. The first line that fits counts.
/// </remarks>
public sealed class NameTable
{
    private readonly (string[] Ours, string Theirs)[] lines;

    /// <summary>Initializes a table of pairs: ours, theirs.</summary>
    public NameTable(params (string Ours, string Theirs)[] pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        lines = [.. pairs.Select(pair => (pair.Ours.Split('.'), pair.Theirs))];
    }

    /// <summary>Gets the checkpoint's name of one of our parameters.</summary>
    /// <exception cref="KeyNotFoundException">The table has no line for it.</exception>
    public string this[string ours]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(ours);
            var parts = ours.Split('.');
            foreach (var (pattern, theirs) in lines)
            {
                var isWhole = IsClosing(pattern[^1]);
                if (parts.Length == pattern.Length + (isWhole ? 0 : 1) && (isWhole || IsClosing(parts[^1])) && pattern.Zip(parts).All(pair => Fits(pair.First, pair.Second)))
                {
                    var name = theirs.Replace("*", At("*"), StringComparison.Ordinal).Replace("#", At("#"), StringComparison.Ordinal);
                    return isWhole ? name : $"{name}.{parts[^1]}";
                }

                string At(string sign) => Array.IndexOf(pattern, sign) is var at and >= 0 ? parts[at] : "";
            }

            throw new KeyNotFoundException($"The family's table of names must have a line for '{ours}', but has none. Add it.");
        }
    }

    private static bool IsClosing(string part) => part is "weight" or "bias";

    private static bool Fits(string pattern, string part) => pattern switch
    {
        "*" => part is "encoder" or "decoder",
        "#" => part.Length > 0 && part.All(char.IsAsciiDigit),
        _ => pattern == part,
    };
}
