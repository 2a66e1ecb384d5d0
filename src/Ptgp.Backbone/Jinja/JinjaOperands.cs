using System.Globalization;

namespace Ptgp.Backbone.Jinja;

/// <summary>Reads what expressions are made of: literals, names, lists and mappings with their members, subscripts and calls, and filters and tests behind them.</summary>
internal sealed class JinjaOperands(JinjaTokens tokens, JinjaExpressions expressions)
{
    /// <summary>Reads one, with what belongs to it by dots and brackets.</summary>
    public JinjaExpression Read() => Postfix(Primary());

    /// <summary>Reads what follows a value behind a bar or the word <c>is</c>.</summary>
    public JinjaExpression Filtered(JinjaExpression value)
    {
        while (true)
        {
            if (tokens.TakeSymbol("|"))
            {
                value = Filter(value);
            }
            else if (tokens.TakeName("is"))
            {
                value = Test(value);
            }
            else
            {
                return value;
            }
        }
    }

    private JinjaExpression Primary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case JinjaTokenKind.Text:
                var text = token.Text;
                while (tokens.Current.Kind == JinjaTokenKind.Text)
                {
                    text += tokens.Take().Text;
                }

                return _ => text;
            case JinjaTokenKind.Number:
                var number = Number(token);
                return _ => number;
            case JinjaTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => _ => true,
                    "false" or "False" => _ => false,
                    "none" or "None" => _ => null,
                    var name => scope => scope[name],
                };
            case JinjaTokenKind.Symbol when token.Text == "(":
                return Brackets();
            case JinjaTokenKind.Symbol when token.Text == "[":
                var items = Until("]", expressions.Read);
                return scope => items.Select(item => item(scope)).ToList();
            case JinjaTokenKind.Symbol when token.Text == "{":
                return Mapping();
            default:
                throw new JinjaException($"an expression is wanted, but {(token.Kind is JinjaTokenKind.Close or JinjaTokenKind.End ? "the tag ends" : $"'{token.Text}' is there")}.", token.Line);
        }
    }

    private static object Number(JinjaToken token) =>
        long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole
        : double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (object)number
        : throw new JinjaException($"'{token.Text}' is no number.", token.Line);

    private JinjaExpression Brackets()
    {
        if (tokens.TakeSymbol(")"))
        {
            return _ => new List<object?>();
        }

        var value = expressions.ReadMany();
        tokens.DemandSymbol(")");
        return value;
    }

    private JinjaExpression Mapping()
    {
        var members = Until("}", () =>
        {
            var key = expressions.Read();
            tokens.DemandSymbol(":");
            return (Key: key, Value: expressions.Read());
        });
        return scope =>
        {
            OrderedDictionary<string, object?> result = new(StringComparer.Ordinal);
            foreach (var (key, value) in members)
            {
                result[JinjaValues.Text(key(scope))] = value(scope);
            }

            return result;
        };
    }

    private List<T> Until<T>(string end, Func<T> read)
    {
        List<T> items = [];
        while (!tokens.TakeSymbol(end))
        {
            items.Add(read());
            if (!tokens.TakeSymbol(","))
            {
                tokens.DemandSymbol(end);
                break;
            }
        }

        return items;
    }

    private JinjaExpression Postfix(JinjaExpression value)
    {
        while (true)
        {
            var of = value;
            if (tokens.TakeSymbol("."))
            {
                var name = tokens.Current.Kind == JinjaTokenKind.Number ? tokens.Take().Text : tokens.Demand(JinjaTokenKind.Name).Text;
                value = long.TryParse(name, out var index) ? scope => JinjaMembers.Item(of(scope), index) : scope => JinjaMembers.Member(of(scope), name);
            }
            else if (tokens.TakeSymbol("["))
            {
                value = Subscript(of);
            }
            else if (tokens.TakeSymbol("("))
            {
                var arguments = Arguments();
                value = scope => of(scope) is var callee && callee is JinjaFunction function
                    ? function(arguments(scope))
                    : throw new JinjaException($"only a function can be called, but {JinjaValues.Kind(callee)} is.");
            }
            else
            {
                return value;
            }
        }
    }

    private JinjaExpression Subscript(JinjaExpression of)
    {
        JinjaExpression?[] parts = [null, null, null];
        var colons = 0;
        while (!tokens.TakeSymbol("]"))
        {
            if (!tokens.TakeSymbol(":"))
            {
                parts[colons] = expressions.Read();
            }
            else if (++colons > 2)
            {
                throw tokens.Fault("a slice must have at most two colons");
            }
        }

        if (colons > 0)
        {
            return scope => JinjaMembers.Slice(of(scope), parts[0]?.Invoke(scope), parts[1]?.Invoke(scope), parts[2]?.Invoke(scope));
        }

        var key = parts[0] ?? throw tokens.Fault("brackets must hold a key");
        return scope => JinjaMembers.Item(of(scope), key(scope));
    }

    // What stands in the brackets of a call.
    private Func<JinjaScope, JinjaArguments> Arguments()
    {
        var all = Until(")", () =>
        {
            var name = tokens.Current.Kind == JinjaTokenKind.Name && tokens.IsNext(JinjaTokenKind.Symbol, "=") ? tokens.Take().Text : null;
            if (name is not null)
            {
                tokens.Take();
            }

            return (Name: name, Value: expressions.Read());
        });
        return scope =>
        {
            scope.Step();
            return new(
                [.. all.Where(argument => argument.Name is null).Select(argument => argument.Value(scope))],
                all.Where(argument => argument.Name is not null).ToDictionary(argument => argument.Name!, argument => argument.Value(scope)));
        };
    }

    private JinjaExpression Filter(JinjaExpression value)
    {
        var name = tokens.Current.Text;
        var filter = JinjaFilters.All.GetValueOrDefault(tokens.Demand(JinjaTokenKind.Name).Text) ?? throw tokens.Fault($"'{name}' is no filter that templates may use here");
        var arguments = tokens.TakeSymbol("(") ? Arguments() : _ => JinjaArguments.None;
        return scope => filter(value(scope), arguments(scope));
    }

    private JinjaExpression Test(JinjaExpression value)
    {
        var isNegated = tokens.TakeName("not");
        var name = tokens.Current.Text;
        var test = JinjaTests.All.GetValueOrDefault(tokens.Demand(JinjaTokenKind.Name).Text) ?? throw tokens.Fault($"'{name}' is no test that templates may use here");
        Func<JinjaScope, JinjaArguments> arguments = _ => JinjaArguments.None;
        if (tokens.TakeSymbol("("))
        {
            arguments = Arguments();
        }
        else if (tokens.Current.Kind is JinjaTokenKind.Text or JinjaTokenKind.Number
            || (tokens.Current.Kind == JinjaTokenKind.Name && tokens.Current.Text is not ("and" or "or" or "else" or "if" or "is" or "in" or "not"))
            || tokens.Current.Is(JinjaTokenKind.Symbol, "["))
        {
            var only = Read();
            arguments = scope => new([only(scope)], JinjaArguments.None.Named);
        }

        return scope => test(value(scope), arguments(scope)) != isNegated;
    }
}
