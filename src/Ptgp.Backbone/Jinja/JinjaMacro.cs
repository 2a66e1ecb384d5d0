using System.Text;

namespace Ptgp.Backbone.Jinja;

/// <summary>A macro: statements that are rendered when it is called.</summary>
/// <param name="parameters">What its arguments are called, and what they are where they are not given; null for undefined.</param>
/// <param name="body">The statements.</param>
internal sealed class JinjaMacro(IReadOnlyList<(string Name, JinjaExpression? Default)> parameters, JinjaStatement body)
{
    /// <summary>Makes a function of it that sees the names of a scope.</summary>
    public JinjaFunction In(JinjaScope scope) => arguments =>
    {
        using var call = scope.Enter();
        var inner = new JinjaScope(scope);
        for (var i = 0; i < parameters.Count; i++)
        {
            var (parameter, otherwise) = parameters[i];
            inner[parameter] = arguments.Has(i, parameter) ? arguments.Get(i, parameter) : otherwise is null ? new Undefined(parameter) : otherwise(inner);
        }

        var text = new StringBuilder();
        body(inner, text);
        return text.ToString();
    };
}
