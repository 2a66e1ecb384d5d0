using System.Text.RegularExpressions;

namespace Ptgp.Backbone;

/// <summary>Turns the Transformer's own parameter names into those of a family's checkpoints.</summary>
/// <remarks>
/// A line is a pair of patterns, without the closing <c>.weight</c> or <c>.bias</c> where both sides close alike. <c>*</c> stands for <c>encoder</c> or
/// <c>decoder</c>, <c>#</c> for a layer's number; both sides of a line have the same ones. The first line that fits counts.
/// </remarks>
public sealed class NameTable
{
    private readonly List<(Regex Ours, string Theirs)> lines = [];

    /// <summary>Initializes a table of pairs: ours, theirs.</summary>
    public NameTable(params (string Ours, string Theirs)[] pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        foreach (var (ours, theirs) in pairs)
        {
            var pattern = Regex.Escape(ours).Replace(@"\*", "(?<stack>encoder|decoder)", StringComparison.Ordinal).Replace(@"\#", "(?<number>[0-9]+)", StringComparison.Ordinal);
            var isWhole = ours.EndsWith(".weight", StringComparison.Ordinal) || ours.EndsWith(".bias", StringComparison.Ordinal);
            lines.Add((new Regex(isWhole ? $"^{pattern}$" : $"^{pattern}(?<suffix>\\.weight|\\.bias)$", RegexOptions.CultureInvariant), theirs));
        }
    }

    /// <summary>Gets the checkpoint's name of one of our parameters.</summary>
    /// <exception cref="KeyNotFoundException">The table has no line for it.</exception>
    public string this[string ours]
    {
        get
        {
            foreach (var (pattern, theirs) in lines)
            {
                var match = pattern.Match(ours);
                if (match.Success)
                {
                    return theirs.Replace("*", match.Groups["stack"].Value, StringComparison.Ordinal)
                        .Replace("#", match.Groups["number"].Value, StringComparison.Ordinal) + match.Groups["suffix"].Value;
                }
            }

            throw new KeyNotFoundException($"The family's table of names must have a line for '{ours}', but has none. Add it.");
        }
    }
}
