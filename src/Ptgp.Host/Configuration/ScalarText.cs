using System.Globalization;

namespace Ptgp.Host.Configuration;

/// <summary>Reads one value of an option from its text, in no country's notation.</summary>
internal static class ScalarText
{
    /// <summary>Reads a text, number, truth, time or choice; see <see cref="OptionTypes.IsScalar"/>.</summary>
    public static bool TryParse(Type type, string text, out object? value)
    {
        var invariant = CultureInfo.InvariantCulture;
        value = type == typeof(string) ? text
            : type == typeof(bool) ? bool.TryParse(text, out var truth) ? truth : null
            : type == typeof(int) ? int.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out var whole) ? whole : null
            : type == typeof(long) ? long.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out var large) ? large : null
            : type == typeof(double) ? double.TryParse(text, NumberStyles.Float, invariant, out var number) && double.IsFinite(number) ? number : null
            : type == typeof(float) ? float.TryParse(text, NumberStyles.Float, invariant, out var single) && float.IsFinite(single) ? single : null
            : type == typeof(TimeSpan) ? TimeSpan.TryParse(text, invariant, out var time) ? time : null
            : type.IsEnum && Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } choice ? Enum.Parse(type, choice)
            : null;
        return value is not null;
    }
}
