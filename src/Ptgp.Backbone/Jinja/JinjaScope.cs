using System.Runtime.CompilerServices;

namespace Ptgp.Backbone.Jinja;

/// <summary>The variables that a place in a template sees, and what is left of the work that one rendering may do.</summary>
/// <param name="parent">What is seen around it; null for the outermost.</param>
internal sealed class JinjaScope(JinjaScope? parent)
{
    // A stranger's template must not be able to keep the host busy, or to fill its memory.
    private const int MostSteps = 1_000_000, MostCharacters = 1 << 24, MostDepth = 100;

    private readonly Dictionary<string, object?> variables = new(StringComparer.Ordinal);
    private readonly JinjaScope? root = parent?.root ?? parent;
    private int steps, depth;

    private JinjaScope Root => root ?? this;

    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Parent)
            {
                if (scope.variables.TryGetValue(name, out var value))
                {
                    return value;
                }
            }

            return new Undefined(name);
        }
        set => variables[name] = value;
    }

    private JinjaScope? Parent { get; } = parent;

    /// <summary>Counts a step of the rendering.</summary>
    public void Step()
    {
        if (++Root.steps > MostSteps)
        {
            throw new JinjaException($"a template must be rendered in {MostSteps} steps, but this one goes on.");
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new JinjaException("macros, loops and conditions within each other are more than the stack can hold.");
        }
    }

    /// <summary>Begins a call within a call, and gives what ends it.</summary>
    public Call Enter()
    {
        if (++Root.depth > MostDepth)
        {
            throw new JinjaException($"macros must call each other at most {MostDepth} deep, but go on.");
        }

        return new(Root);
    }

    /// <summary>Makes sure that a text is of a bearable size.</summary>
    public static void Check(long characters)
    {
        if (characters > MostCharacters)
        {
            throw new JinjaException($"a text must have at most {MostCharacters} characters, but one would have {characters}.");
        }
    }

    /// <summary>A call that ends when it is disposed of.</summary>
    public readonly ref struct Call(JinjaScope root)
    {
        public void Dispose() => root.depth--;
    }
}

/// <summary>The value of a name that nothing was given.</summary>
/// <param name="Name">The name.</param>
internal sealed record Undefined(string Name);

/// <summary>Variables that may be changed from inside loops: <c>namespace(…)</c>.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Values { get; } = new(StringComparer.Ordinal);
}

/// <summary>What can be called in a template.</summary>
internal delegate object? JinjaFunction(JinjaArguments arguments);

/// <summary>What a call is given.</summary>
/// <param name="Positional">The values without names.</param>
/// <param name="Named">The values with names.</param>
internal sealed record JinjaArguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    private static readonly Dictionary<string, object?> nothing = [];

    public static JinjaArguments None { get; } = new([], nothing);

    /// <summary>Gets an argument by its place or its name.</summary>
    public object? Get(int place, string name, object? otherwise = null) =>
        place < Positional.Count ? Positional[place] : Named.TryGetValue(name, out var value) ? value : otherwise;

    /// <summary>Tells whether an argument is given.</summary>
    public bool Has(int place, string name) => place < Positional.Count || Named.ContainsKey(name);

    /// <summary>Gets an argument that must be there.</summary>
    public object? Demand(int place, string name) => Has(place, name) ? Get(place, name) : throw new JinjaException($"a call must be given '{name}', but is not.");
}
