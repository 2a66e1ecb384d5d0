using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Ptgp.Host.Configuration;

/// <summary>Checks a bound value against the attributes beside its property.</summary>
/// <remarks>The attributes are asked one by one: <see cref="Validator"/> keeps every type it ever saw, and so would keep plugins from being unloaded.</remarks>
internal static class OptionRules
{
    /// <summary>Says what is wrong with a value, to be read after its key.</summary>
    public static IEnumerable<string> Check(OptionKey key, object value)
    {
        foreach (var rule in key.Rules)
        {
            if (rule is RangeAttribute range && value is IConvertible)
            {
                if (!Holds(range, value))
                {
                    yield return $"must be {Describe(range)}, but is {Convert.ToString(value, CultureInfo.InvariantCulture)}.";
                }
            }
            else if (!rule.IsValid(value))
            {
                yield return $"{rule.FormatErrorMessage("").Trim()}, but is '{Convert.ToString(value, CultureInfo.InvariantCulture)}'.";
            }
        }
    }

    /// <summary>Says a range in words, such as <c>from 1 to 64</c> or <c>above 0</c>.</summary>
    public static string Describe(RangeAttribute range)
    {
        var (low, high) = Bounds(range);
        var (isOpen, isEndless) = (IsLowest(low), IsHighest(high));
        var from = isOpen ? "" : range.MinimumIsExclusive ? $"above {Say(low)}" : $"at least {Say(low)}";
        var to = isEndless ? "" : range.MaximumIsExclusive ? $"below {Say(high)}" : $"at most {Say(high)}";
        return isOpen || isEndless || range.MinimumIsExclusive || range.MaximumIsExclusive
            ? string.Join(" and ", new[] { from, to }.Where(part => part.Length > 0))
            : $"from {Say(low)} to {Say(high)}";
    }

    /// <summary>Gets the bounds as numbers, whichever of its constructors made the attribute.</summary>
    public static (double Low, double High) Bounds(RangeAttribute range) =>
        (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));

    /// <summary>Tells whether a bound stands for none.</summary>
    public static bool IsHighest(double bound) => bound is int.MaxValue or long.MaxValue or >= double.MaxValue;

    /// <inheritdoc cref="IsHighest" />
    public static bool IsLowest(double bound) => bound is int.MinValue or long.MinValue or <= double.MinValue;

    // RangeAttribute(0, 1) on a double would round the value to a whole number before it compares.
    private static bool Holds(RangeAttribute range, object value)
    {
        var (low, high) = Bounds(range);
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return (range.MinimumIsExclusive ? number > low : number >= low) && (range.MaximumIsExclusive ? number < high : number <= high);
    }

    private static string Say(double bound) => bound.ToString(CultureInfo.InvariantCulture);
}
