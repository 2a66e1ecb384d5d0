using System.Text.Json;

namespace Ptgp.Host.Configuration;

/// <summary>How the types of options are written down.</summary>
internal static class OptionTypes
{
    /// <summary>Gets the type of the items when <paramref name="type"/> is a list.</summary>
    public static Type? ItemOf(Type type) =>
        type.IsArray ? type.GetElementType() : Argument(type, 0, typeof(IReadOnlyList<>), typeof(IList<>), typeof(List<>), typeof(IEnumerable<>), typeof(IReadOnlyCollection<>), typeof(ICollection<>));

    /// <summary>Gets the type of the values when <paramref name="type"/> is a dictionary of texts.</summary>
    public static Type? ValueOf(Type type) =>
        Argument(type, 1, typeof(IReadOnlyDictionary<,>), typeof(IDictionary<,>), typeof(Dictionary<,>)) is { } value && type.GetGenericArguments()[0] == typeof(string) ? value : null;

    /// <summary>Tells whether a value of the type is one text, number, choice or truth.</summary>
    public static bool IsScalar(Type type) => type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(TimeSpan) || IsNumber(type);

    /// <summary>Tells whether a value of the type is an object with keys of its own.</summary>
    public static bool IsRecord(Type type) => !IsScalar(type) && ItemOf(type) is null && ValueOf(type) is null;

    /// <summary>Tells whether the type is a number.</summary>
    public static bool IsNumber(Type type) => IsWhole(type) || type == typeof(double) || type == typeof(float);

    /// <summary>Tells whether the type is a whole number.</summary>
    public static bool IsWhole(Type type) => type == typeof(int) || type == typeof(long);

    /// <summary>Says in words what a value of the type is.</summary>
    public static string Describe(Type type) =>
        type == typeof(bool) ? "true or false"
        : IsWhole(type) ? "a whole number"
        : IsNumber(type) ? "a number"
        : type == typeof(TimeSpan) ? "a time such as 00:00:30"
        : type.IsEnum ? string.Join(" or ", Choices(type).Select(Quote))
        : type == typeof(string) ? "text"
        : ItemOf(type) is not null ? "a list"
        : "an object";

    /// <summary>Names the choices of an enum as they are written: in camel case, true and false as such.</summary>
    public static IEnumerable<string> Choices(Type type) => Enum.GetNames(type).Select(Choice);

    /// <summary>Writes one choice of an enum down.</summary>
    public static string Choice(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Quote(string choice) => choice is "true" or "false" ? choice : $"'{choice}'";

    private static Type? Argument(Type type, int index, params Type[] shapes) =>
        type.IsGenericType && shapes.Contains(type.GetGenericTypeDefinition()) ? type.GetGenericArguments()[index] : null;
}
