using System.Text;

namespace Ptgp.Backbone.Jinja;

/// <summary>
/// A template in the part of Jinja that chat templates are written in: expressions, filters and tests, <c>if</c>, <c>for</c>, <c>set</c>,
/// <c>macro</c>, <c>raw</c>. It reads no file, reaches no member of a .NET object, and does a bounded amount of work.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly JinjaStatement body;

    private JinjaTemplate(JinjaStatement body) => this.body = body;

    /// <exception cref="JinjaException">It is broken; the message names the line.</exception>
    public static JinjaTemplate Parse(string text) => new(new JinjaParser(JinjaLexer.Cut(text)).Template());

    /// <summary>Renders it.</summary>
    /// <param name="variables">The variables it may use: what <see cref="JinjaValues"/> says values are, and <see cref="JinjaFunction"/>s.</param>
    /// <exception cref="JinjaException">It fails, or refuses what it was given; the message names the line.</exception>
    public string Render(IEnumerable<KeyValuePair<string, object?>> variables)
    {
        var globals = new JinjaScope(null);
        foreach (var (name, function) in JinjaFunctions.Globals)
        {
            globals[name] = function;
        }

        foreach (var (name, value) in variables)
        {
            globals[name] = value;
        }

        var output = new StringBuilder();
        body(new(globals), output);
        return output.ToString();
    }
}
