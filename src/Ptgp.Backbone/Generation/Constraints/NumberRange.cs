using System.Globalization;
using System.Numerics;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>The patterns of numbers within bounds, which are compared digit by digit.</summary>
/// <param name="oneOf">Makes one character of several; null where none can be written.</param>
/// <param name="places">How many digits stand before the point and behind it at most.</param>
internal sealed class NumberRange(Func<string, Pattern?> oneOf, int places)
{
    private readonly BigInteger unit = BigInteger.Pow(10, places);

    /// <summary>Makes the pattern of whole numbers.</summary>
    public Pattern? Whole(NumberBounds bounds) => Signed(bounds, (least, most) => Integers(-Floor(-least), Floor(most)));

    /// <summary>Makes the pattern of numbers, without exponents.</summary>
    public Pattern? Any(NumberBounds bounds) => Signed(bounds, Fractions);

    // Bounds in units of the last place; what is below zero is what is above it behind a minus.
    private Pattern? Signed(NumberBounds bounds, Func<BigInteger, BigInteger, Pattern?> between)
    {
        var end = (unit * unit) - 1;
        var least = bounds.Least is { } low ? BigInteger.Max(-end, Scale(low, up: true) + (bounds.ExcludesLeast && IsExact(low) ? 1 : 0)) : -end;
        var most = bounds.Most is { } high ? BigInteger.Min(end, Scale(high, up: false) - (bounds.ExcludesMost && IsExact(high) ? 1 : 0)) : end;
        return Pattern.Any(
            most < 0 ? null : between(BigInteger.Max(least, 0), most),
            least >= 0 ? null : Pattern.Join(oneOf("-"), between(BigInteger.Max(-most, 1), -least)));
    }

    private BigInteger Scale(decimal value, bool up)
    {
        var (whole, part) = (decimal.Truncate(value), (value - decimal.Truncate(value)) * (decimal)unit);
        return (new BigInteger(whole) * unit) + new BigInteger(up ? decimal.Ceiling(part) : decimal.Floor(part));
    }

    private bool IsExact(decimal value) => Scale(value, up: true) == Scale(value, up: false);

    private BigInteger Floor(BigInteger scaled) => BigInteger.DivRem(scaled, unit, out var rest) - (rest < 0 ? 1 : 0);

    private Pattern? Integers(BigInteger least, BigInteger most) => least > most ? null : Pattern.Any(Enumerable.Range(1, places).Select(length =>
    {
        var (first, last) = (BigInteger.Max(least, length == 1 ? 0 : BigInteger.Pow(10, length - 1)), BigInteger.Min(most, BigInteger.Pow(10, length) - 1));
        return first > last ? null : Between(Digits(first, length), Digits(last, length), isFraction: false);
    }));

    private Pattern? Fractions(BigInteger least, BigInteger most)
    {
        if (least > most)
        {
            return null;
        }

        var (first, last) = (Floor(least), Floor(most));
        string low = Digits(least % unit, places), high = Digits(most % unit, places);
        return first == last ? Pattern.Join(Integers(first, first), Behind(low, high)) : Pattern.Any(
            Pattern.Join(Integers(first, first), Behind(low, Nines(places))),
            Pattern.Join(Integers(first + 1, last - 1), Behind(Zeros(places), Nines(places))),
            Pattern.Join(Integers(last, last), Behind(Zeros(places), high)));
    }

    // The point and what stands behind it, which nothing is like zeros.
    private Pattern? Behind(string least, string most) => Pattern.Any(
        IsAll('0', least) ? Pattern.Empty : null,
        Pattern.Join(oneOf("."), Step(least, most, isFraction: true)));

    // Digits from one text of them to another of the same length; those of a fraction may end where zeros would do.
    private Pattern? Between(string least, string most, bool isFraction) => least.Length == 0 ? Pattern.Empty
        : IsAll('0', least) && IsAll('9', most) ? Free(least.Length, isFraction)
        : Pattern.Any(isFraction && IsAll('0', least) ? Pattern.Empty : null, Step(least, most, isFraction));

    // The same, a digit at least.
    private Pattern? Step(string least, string most, bool isFraction)
    {
        var (first, last, rest) = (least[0], most[0], least.Length - 1);
        return first == last ? Pattern.Join(oneOf(first.ToString()), Between(least[1..], most[1..], isFraction)) : Pattern.Any(
            Pattern.Join(oneOf(first.ToString()), Between(least[1..], Nines(rest), isFraction)),
            first + 1 < last ? Pattern.Join(oneOf("0123456789"[(first - '0' + 1)..(last - '0')]), Free(rest, isFraction)) : null,
            Pattern.Join(oneOf(last.ToString()), Between(Zeros(rest), most[1..], isFraction)));
    }

    private Pattern? Free(int length, bool isFraction) => length == 0 ? Pattern.Empty
        : oneOf("0123456789") is { } digit ? new Pattern.Repeat(digit, Pattern.Empty, isFraction ? 0 : length, length) : null;

    private static string Digits(BigInteger value, int length) => value.ToString(CultureInfo.InvariantCulture).PadLeft(length, '0');

    private static string Zeros(int length) => new('0', length);

    private static string Nines(int length) => new('9', length);

    private static bool IsAll(char digit, string digits) => digits.All(one => one == digit);
}

/// <summary>What a number must lie between; null for no bound.</summary>
internal readonly record struct NumberBounds(decimal? Least, bool ExcludesLeast, decimal? Most, bool ExcludesMost)
{
    /// <summary>Gets whether there is one.</summary>
    public bool Any => Least is not null || Most is not null;
}
