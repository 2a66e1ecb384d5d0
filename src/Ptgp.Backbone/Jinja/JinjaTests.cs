using System.Collections;

namespace Ptgp.Backbone.Jinja;

/// <summary>What may stand behind the word <c>is</c>.</summary>
internal static class JinjaTests
{
    public static IReadOnlyDictionary<string, Func<object?, JinjaArguments, bool>> All { get; } = new Dictionary<string, Func<object?, JinjaArguments, bool>>(StringComparer.Ordinal)
    {
        ["defined"] = (value, _) => value is not Undefined,
        ["undefined"] = (value, _) => value is Undefined,
        ["none"] = (value, _) => value is null,
        ["string"] = (value, _) => value is string,
        ["number"] = (value, _) => JinjaValues.IsNumber(value),
        ["integer"] = (value, _) => value is long,
        ["float"] = (value, _) => value is double,
        ["boolean"] = (value, _) => value is bool,
        ["true"] = (value, _) => value is true,
        ["false"] = (value, _) => value is false,
        ["mapping"] = (value, _) => value is IDictionary<string, object?>,
        ["sequence"] = (value, _) => value is string or IList or IDictionary<string, object?>,
        ["iterable"] = (value, _) => value is string or IList or IDictionary<string, object?>,
        ["callable"] = (value, _) => value is JinjaFunction,
        ["odd"] = (value, _) => JinjaValues.Whole(value) % 2 != 0,
        ["even"] = (value, _) => JinjaValues.Whole(value) % 2 == 0,
        ["divisibleby"] = (value, arguments) => JinjaValues.Whole(JinjaValues.Operate("%", value, arguments.Demand(0, "number"))) == 0,
        ["eq"] = AreEqual,
        ["equalto"] = AreEqual,
        ["sameas"] = AreEqual,
        ["ne"] = (value, arguments) => !AreEqual(value, arguments),
        ["lt"] = (value, arguments) => JinjaValues.Compare(value, arguments.Demand(0, "other")) < 0,
        ["le"] = (value, arguments) => JinjaValues.Compare(value, arguments.Demand(0, "other")) <= 0,
        ["gt"] = (value, arguments) => JinjaValues.Compare(value, arguments.Demand(0, "other")) > 0,
        ["ge"] = (value, arguments) => JinjaValues.Compare(value, arguments.Demand(0, "other")) >= 0,
        ["in"] = (value, arguments) => JinjaValues.Contains(arguments.Demand(0, "all"), value),
        ["lower"] = (value, _) => value is string text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (value, _) => value is string text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
    };

    private static bool AreEqual(object? value, JinjaArguments arguments) => JinjaValues.AreEqual(value, arguments.Demand(0, "other"));
}
