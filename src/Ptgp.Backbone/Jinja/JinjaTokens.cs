namespace Ptgp.Backbone.Jinja;

/// <summary>A template's tokens, one after the other.</summary>
internal sealed class JinjaTokens(IReadOnlyList<JinjaToken> tokens)
{
    // A template that nests deeper would exhaust the stack.
    private const int MostDepth = 50;

    private int at, depth;

    public JinjaToken Current => tokens[at];

    /// <summary>Takes the current token; the last stays.</summary>
    public JinjaToken Take() => tokens[at < tokens.Count - 1 ? at++ : at];

    public bool TakeSymbol(string symbol) => TakeIf(JinjaTokenKind.Symbol, symbol);

    public bool TakeName(string name) => TakeIf(JinjaTokenKind.Name, name);

    /// <summary>Tells whether the token behind the current one is this.</summary>
    public bool IsNext(JinjaTokenKind kind, string text) => at + 1 < tokens.Count && tokens[at + 1].Is(kind, text);

    public JinjaToken Demand(JinjaTokenKind kind) => Current.Kind == kind ? Take() : throw Fault(kind switch
    {
        JinjaTokenKind.Close => $"the tag must end, but goes on with '{Current.Text}'",
        JinjaTokenKind.Name => $"a name is wanted, but '{Current.Text}' is there",
        _ => $"'{Current.Text}' is out of place",
    });

    public void DemandSymbol(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Fault($"'{symbol}' is wanted, but '{Current.Text}' is there");
        }
    }

    public void DemandName(string name)
    {
        if (!TakeName(name))
        {
            throw Fault($"'{name}' is wanted, but {(Current.Kind == JinjaTokenKind.End ? "the template ends" : $"'{Current.Text}' is there")}");
        }
    }

    /// <summary>Goes one level deeper, and back when the result is disposed of.</summary>
    public Level Deeper() => ++depth <= MostDepth ? new(this) : throw Fault($"tags and expressions must nest at most {MostDepth} deep, but nest deeper");

    public JinjaException Fault(string message) => new(message + ".", Current.Line);

    private bool TakeIf(JinjaTokenKind kind, string text)
    {
        var isThere = Current.Is(kind, text);
        if (isThere)
        {
            Take();
        }

        return isThere;
    }

    /// <summary>A level that ends when it is disposed of.</summary>
    public readonly ref struct Level(JinjaTokens tokens)
    {
        public void Dispose() => tokens.depth--;
    }
}
