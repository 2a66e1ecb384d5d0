using System.Text;

namespace Ptgp.Backbone.Jinja;

/// <summary>A loop over items, ready to be rendered.</summary>
/// <param name="names">What an item is called in the body.</param>
/// <param name="all">Gives the items.</param>
/// <param name="filter">Tells which are taken; null for all.</param>
/// <param name="body">What is rendered for each.</param>
/// <param name="otherwise">What is rendered where there are none; null for nothing.</param>
internal sealed class JinjaLoop(JinjaNames names, JinjaExpression all, JinjaExpression? filter, JinjaStatement body, JinjaStatement? otherwise)
{
    /// <summary>Renders it.</summary>
    public JinjaFlow Run(JinjaScope scope, StringBuilder output)
    {
        // Each is a step, so that there are not too many.
        var items = JinjaValues.Items(all(scope)).Where(item => Within(scope, item) is var inner && (filter is null || JinjaValues.IsTrue(filter(inner)))).ToList();
        if (items.Count == 0)
        {
            return otherwise?.Invoke(scope, output) ?? JinjaFlow.Next;
        }

        for (var i = 0; i < items.Count; i++)
        {
            var inner = Within(scope, items[i]);
            inner["loop"] = State(items, i);
            if (body(inner, output) == JinjaFlow.Break)
            {
                break;
            }
        }

        return JinjaFlow.Next;
    }

    private JinjaScope Within(JinjaScope scope, object? item)
    {
        scope.Step();
        var inner = new JinjaScope(scope);
        names.Assign(inner, item);
        return inner;
    }

    private static OrderedDictionary<string, object?> State(List<object?> items, int i) => new(StringComparer.Ordinal)
    {
        ["index"] = i + 1L,
        ["index0"] = (long)i,
        ["revindex"] = (long)items.Count - i,
        ["revindex0"] = items.Count - i - 1L,
        ["first"] = i == 0,
        ["last"] = i == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = i > 0 ? items[i - 1] : new Undefined("loop.previtem"),
        ["nextitem"] = i + 1 < items.Count ? items[i + 1] : new Undefined("loop.nextitem"),
        ["cycle"] = (JinjaFunction)(arguments => arguments.Positional.Count > 0 ? arguments.Positional[i % arguments.Positional.Count] : throw new JinjaException("'cycle' must be given something.")),
    };
}
