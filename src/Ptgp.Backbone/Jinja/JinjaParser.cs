using System.Text;

namespace Ptgp.Backbone.Jinja;

/// <summary>Reads the statements of a template.</summary>
internal sealed class JinjaParser(IReadOnlyList<JinjaToken> tokens)
{
    private readonly JinjaTokens tokens = new(tokens);
    private JinjaExpressions Expressions => field ??= new(tokens);

    public JinjaStatement Template()
    {
        var body = Body();
        return tokens.Current.Kind == JinjaTokenKind.End ? body : throw tokens.Fault($"'{tokens.Current.Text}' ends nothing");
    }

    /// <summary>Reads statements up to the tag of a name that is none of a statement; the name is the current token then.</summary>
    private JinjaStatement Body()
    {
        using var level = tokens.Deeper();
        List<JinjaStatement> statements = [];
        while (tokens.Current.Kind != JinjaTokenKind.End)
        {
            var (kind, text, line) = tokens.Take();
            if (kind == JinjaTokenKind.Data)
            {
                statements.Add((_, output) => Write(output, text));
                continue;
            }

            if (kind == JinjaTokenKind.Print)
            {
                var value = Expressions.Read();
                Close();
                statements.Add(At(line, (scope, output) => Write(output, JinjaValues.Text(value(scope)))));
                continue;
            }

            if (Tag() is not { } statement)
            {
                break;
            }

            statements.Add(At(line, statement));
        }

        return Sequence([.. statements]);
    }

    private static JinjaFlow Write(StringBuilder output, string text)
    {
        JinjaScope.Check((long)output.Length + text.Length);
        output.Append(text);
        return JinjaFlow.Next;
    }

    // Counts the step, and names the line of what goes wrong within.
    private static JinjaStatement At(int line, JinjaStatement statement) => (scope, output) =>
    {
        try
        {
            scope.Step();
            return statement(scope, output);
        }
        catch (JinjaException fault) when (fault.Line is null)
        {
            throw new JinjaException(fault.Message, line);
        }
    };

    private static JinjaStatement Sequence(JinjaStatement[] statements) => (scope, output) =>
    {
        foreach (var statement in statements)
        {
            if (statement(scope, output) is not JinjaFlow.Next and var flow)
            {
                return flow;
            }
        }

        return JinjaFlow.Next;
    };

    private JinjaStatement? Tag()
    {
        var name = tokens.Current.Text;
        switch (name)
        {
            case "if":
                tokens.Take();
                return If();
            case "for":
                tokens.Take();
                return For();
            case "set":
                tokens.Take();
                return Set();
            case "macro":
                tokens.Take();
                return Macro();
            case "generation":
                tokens.Take();
                Close();
                return Block("endgeneration");
            case "break" or "continue":
                tokens.Take();
                Close();
                return (_, _) => name == "break" ? JinjaFlow.Break : JinjaFlow.Continue;
            case "elif" or "else" or "endif" or "endfor" or "endset" or "endmacro" or "endgeneration":
                return null;
            default:
                throw tokens.Fault($"'{name}' is no statement that templates may use here");
        }
    }

    private void Close() => tokens.Demand(JinjaTokenKind.Close);

    // Reads statements up to a tag that ends them, and that tag.
    private JinjaStatement Block(string end)
    {
        var body = Body();
        tokens.DemandName(end);
        if (end is "endmacro" or "endset" && tokens.Current.Kind == JinjaTokenKind.Name)
        {
            tokens.Take();
        }

        Close();
        return body;
    }

    private JinjaStatement If()
    {
        var condition = Expressions.Read();
        Close();
        var then = Body();
        JinjaStatement otherwise = (_, _) => JinjaFlow.Next;
        if (tokens.TakeName("elif"))
        {
            otherwise = If();
        }
        else if (tokens.TakeName("else"))
        {
            Close();
            otherwise = Block("endif");
        }
        else
        {
            tokens.DemandName("endif");
            Close();
        }

        return (scope, output) => JinjaValues.IsTrue(condition(scope)) ? then(scope, output) : otherwise(scope, output);
    }

    private JinjaStatement Set()
    {
        var names = JinjaNames.Read(tokens);
        if (names.IsOne && tokens.TakeSymbol("."))
        {
            var member = tokens.Demand(JinjaTokenKind.Name).Text;
            tokens.DemandSymbol("=");
            var changed = Expressions.ReadMany();
            Close();
            return (scope, _) =>
            {
                var target = scope[names.First] as JinjaNamespace ?? throw new JinjaException($"only a namespace's members can be set, but '{names.First}' is {JinjaValues.Kind(scope[names.First])}.");
                target.Values[member] = changed(scope);
                return JinjaFlow.Next;
            };
        }

        if (tokens.TakeSymbol("="))
        {
            var value = Expressions.ReadMany();
            Close();
            return (scope, _) =>
            {
                names.Assign(scope, value(scope));
                return JinjaFlow.Next;
            };
        }

        Close();
        var body = Block("endset");
        return (scope, _) =>
        {
            var text = new StringBuilder();
            var flow = body(new(scope), text);
            scope[names.First] = text.ToString();
            return flow;
        };
    }

    private JinjaStatement For()
    {
        var names = JinjaNames.Read(tokens);
        tokens.DemandName("in");
        var all = Expressions.ReadWithoutElse();
        var filter = tokens.TakeName("if") ? Expressions.Read() : null;
        Close();
        var body = Body();
        JinjaStatement? otherwise = null;
        if (tokens.TakeName("else"))
        {
            Close();
            otherwise = Block("endfor");
        }
        else
        {
            tokens.DemandName("endfor");
            Close();
        }

        return new JinjaLoop(names, all, filter, body, otherwise).Run;
    }

    private JinjaStatement Macro()
    {
        var name = tokens.Demand(JinjaTokenKind.Name).Text;
        tokens.DemandSymbol("(");
        List<(string Name, JinjaExpression? Default)> parameters = [];
        while (!tokens.TakeSymbol(")"))
        {
            var parameter = tokens.Demand(JinjaTokenKind.Name).Text;
            parameters.Add((parameter, tokens.TakeSymbol("=") ? Expressions.Read() : null));
            if (!tokens.TakeSymbol(","))
            {
                tokens.DemandSymbol(")");
                break;
            }
        }

        Close();
        var body = Block("endmacro");
        return (scope, _) =>
        {
            scope[name] = new JinjaMacro(parameters, body).In(scope);
            return JinjaFlow.Next;
        };
    }
}
