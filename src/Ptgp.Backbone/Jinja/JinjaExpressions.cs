namespace Ptgp.Backbone.Jinja;

/// <summary>An expression, ready to be computed.</summary>
internal delegate object? JinjaExpression(JinjaScope scope);

/// <summary>Reads expressions, in Jinja's order of precedence.</summary>
internal sealed class JinjaExpressions
{
    private static readonly string[] comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly JinjaTokens tokens;
    private readonly JinjaOperands operands;

    /// <summary>Reads from these tokens.</summary>
    public JinjaExpressions(JinjaTokens tokens) => (this.tokens, operands) = (tokens, new(tokens, this));

    /// <summary>Reads an expression, <c>a if b else c</c> included.</summary>
    public JinjaExpression Read()
    {
        using var level = tokens.Deeper();
        var value = Or();
        while (tokens.TakeName("if"))
        {
            var (then, condition) = (value, Or());
            var otherwise = tokens.TakeName("else") ? Read() : _ => new Undefined("else");
            value = scope => JinjaValues.IsTrue(condition(scope)) ? then(scope) : otherwise(scope);
        }

        return value;
    }

    /// <summary>Reads an expression behind which an <c>if</c> begins something else.</summary>
    public JinjaExpression ReadWithoutElse()
    {
        using var level = tokens.Deeper();
        return Or();
    }

    /// <summary>Reads an expression, or several with commas between, which make a list.</summary>
    public JinjaExpression ReadMany()
    {
        var first = Read();
        if (!tokens.Current.Is(JinjaTokenKind.Symbol, ","))
        {
            return first;
        }

        List<JinjaExpression> items = [first];
        while (tokens.TakeSymbol(",") && tokens.Current.Kind != JinjaTokenKind.Close && !tokens.Current.Is(JinjaTokenKind.Symbol, ")"))
        {
            items.Add(Read());
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private JinjaExpression Or()
    {
        var value = And();
        while (tokens.TakeName("or"))
        {
            var (left, right) = (value, And());
            value = scope => left(scope) is var first && JinjaValues.IsTrue(first) ? first : right(scope);
        }

        return value;
    }

    private JinjaExpression And()
    {
        var value = Not();
        while (tokens.TakeName("and"))
        {
            var (left, right) = (value, Not());
            value = scope => left(scope) is var first && !JinjaValues.IsTrue(first) ? first : right(scope);
        }

        return value;
    }

    private JinjaExpression Not()
    {
        if (!tokens.TakeName("not"))
        {
            return Comparison();
        }

        using var level = tokens.Deeper();
        var value = Not();
        return scope => !JinjaValues.IsTrue(value(scope));
    }

    private JinjaExpression Comparison()
    {
        var first = Sum();
        List<(string Symbol, JinjaExpression Value)> others = [];
        while (true)
        {
            if (tokens.Current.Kind == JinjaTokenKind.Symbol && comparisons.Contains(tokens.Current.Text))
            {
                others.Add((tokens.Take().Text, Sum()));
            }
            else if (tokens.TakeName("in"))
            {
                others.Add(("in", Sum()));
            }
            else if (tokens.Current.Is(JinjaTokenKind.Name, "not") && tokens.IsNext(JinjaTokenKind.Name, "in"))
            {
                tokens.Take();
                tokens.Take();
                others.Add(("not in", Sum()));
            }
            else
            {
                break;
            }
        }

        return others.Count == 0 ? first : scope =>
        {
            var left = first(scope);
            foreach (var (symbol, value) in others)
            {
                var right = value(scope);
                if (!Holds(symbol, left, right))
                {
                    return false;
                }

                left = right;
            }

            return true;
        };
    }

    private static bool Holds(string symbol, object? left, object? right) => symbol switch
    {
        "==" => JinjaValues.AreEqual(left, right),
        "!=" => !JinjaValues.AreEqual(left, right),
        "in" => JinjaValues.Contains(right, left),
        "not in" => !JinjaValues.Contains(right, left),
        "<" => JinjaValues.Compare(left, right) < 0,
        "<=" => JinjaValues.Compare(left, right) <= 0,
        ">" => JinjaValues.Compare(left, right) > 0,
        _ => JinjaValues.Compare(left, right) >= 0,
    };

    private JinjaExpression Sum() => Binary(Concatenation, "+", "-");

    private JinjaExpression Concatenation() => Binary(Product, "~");

    private JinjaExpression Product() => Binary(Power, "*", "/", "//", "%");

    private JinjaExpression Power() => Binary(() => Unary(withFilters: true), "**");

    private JinjaExpression Binary(Func<JinjaExpression> operand, params string[] symbols)
    {
        var value = operand();
        while (tokens.Current.Kind == JinjaTokenKind.Symbol && symbols.Contains(tokens.Current.Text))
        {
            var (symbol, left, right) = (tokens.Take().Text, value, operand());
            value = scope => JinjaValues.Operate(symbol, left(scope), right(scope));
        }

        return value;
    }

    private JinjaExpression Unary(bool withFilters)
    {
        using var level = tokens.Deeper();
        JinjaExpression value;
        if (tokens.TakeSymbol("-"))
        {
            var positive = Unary(withFilters: false);
            value = scope => JinjaValues.Operate("-", 0L, positive(scope));
        }
        else if (tokens.TakeSymbol("+"))
        {
            value = Unary(withFilters: false);
        }
        else
        {
            value = operands.Read();
        }

        return withFilters ? operands.Filtered(value) : value;
    }
}
