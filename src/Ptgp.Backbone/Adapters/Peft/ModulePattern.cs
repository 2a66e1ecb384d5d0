using System.Globalization;
using System.Text.RegularExpressions;

namespace Ptgp.Backbone;

/// <summary>Regular expressions over modules' names, as strangers' adapters bring them: tried without backtracking, so that none takes longer than its length allows.</summary>
internal static partial class ModulePattern
{
    // PEFT's own lists of full names stay far below; what is longer, or repeats more, is no pattern but an attack.
    private const int Longest = 20_000, MostRepeats = 1000;

    /// <summary>Tells whether an expression fits the whole of a name; null when it is one that cannot be tried so, such as one that looks ahead.</summary>
    public static bool? FitsWhole(string expression, string module) => Match($@"\A(?:{expression})\z", module)?.Success;

    /// <summary>Tells whether an expression fits a name from its beginning or after a point to its end; null when it cannot be tried.</summary>
    public static bool? FitsEnd(string expression, string module) => Match($@"\A(?:.*\.)?(?:{expression})\z", module)?.Success;

    /// <summary>Finds the number of the layer after the last part of a name that an expression fits; null when there is none.</summary>
    public static int? Layer(string expression, string module) =>
        Match($@"\A.*\.(?:{expression})\.(?<layer>[0-9]+)\.", module) is { Success: true } match && int.TryParse(match.Groups["layer"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : null;

    private static Match? Match(string expression, string module)
    {
        if (expression.Length > Longest || Repeats().Matches(expression).Aggregate(1.0, (product, repeat) => product * Most(repeat)) > MostRepeats)
        {
            return null;
        }

        try
        {
            return Regex.Match(module, expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static double Most(Match repeat) =>
        repeat.Groups.Values.Skip(1).Where(group => group.Success && group.Length > 0).Select(group => double.Parse(group.Value, CultureInfo.InvariantCulture)).Append(1).Max();

    [GeneratedRegex(@"\{([0-9]*)(?:,([0-9]*))?\}")]
    private static partial Regex Repeats();
}
