namespace Ptgp.Backbone.Jinja;

/// <summary>The names that a statement gives a value: one, or one for each part of it.</summary>
internal sealed class JinjaNames
{
    private readonly List<string> names = [];

    private JinjaNames()
    {
    }

    /// <summary>Gets whether there is one, which takes the value whole.</summary>
    public bool IsOne => names.Count == 1;

    /// <summary>Gets the first.</summary>
    public string First => names[0];

    /// <summary>Reads them.</summary>
    public static JinjaNames Read(JinjaTokens tokens)
    {
        JinjaNames all = new();
        var inBrackets = tokens.TakeSymbol("(");
        do
        {
            all.names.Add(tokens.Demand(JinjaTokenKind.Name).Text);
        }
        while (tokens.TakeSymbol(","));
        if (inBrackets)
        {
            tokens.DemandSymbol(")");
        }

        return all;
    }

    /// <summary>Gives them a value in a scope.</summary>
    /// <exception cref="JinjaException">It has not as many parts.</exception>
    public void Assign(JinjaScope scope, object? value)
    {
        if (IsOne)
        {
            scope[First] = value;
            return;
        }

        var parts = JinjaValues.Items(value).ToList();
        if (parts.Count != names.Count)
        {
            throw new JinjaException($"{names.Count} values are wanted for {string.Join(", ", names)}, but there are {parts.Count}.");
        }

        for (var i = 0; i < names.Count; i++)
        {
            scope[names[i]] = parts[i];
        }
    }
}
