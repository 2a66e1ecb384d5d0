using System.Text.Json.Nodes;
using Ptgp.Backbone.Jinja;

namespace Ptgp.Backbone.Tests.Jinja;

public sealed class JinjaTemplateTests
{
    // Made with Jinja 3.1.6 as chat templates are rendered: trim_blocks, lstrip_blocks, loop controls, 'tojson' and 'raise_exception' replaced.
    private static readonly JsonNode golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("jinja", "cases.json")))!;

    public static TheoryData<int> Cases { get; } = [.. Enumerable.Range(0, golden["cases"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void RendersAsTheReference(int number)
    {
        var test = golden["cases"]![number]!;
        var template = JinjaTemplate.Parse(test["template"]!.GetValue<string>());
        var variables = golden["variables"]!.AsObject().Select(variable => KeyValuePair.Create(variable.Key, JinjaValues.From(variable.Value)));
        if (test["output"] is { } output)
        {
            Assert.Equal(output.GetValue<string>(), template.Render(variables));
        }
        else
        {
            Assert.NotNull(Assert.Throws<JinjaException>(() => template.Render(variables)).Line);
        }
    }

    [Theory]
    [InlineData("a\n{{ x", "line 2: a tag must end with '}}', but the template ends first.")]
    [InlineData("{# x", "line 1: a comment must end with '#}', but the template ends first.")]
    [InlineData("{% raw %}x", "line 1: 'raw' must end with '{% endraw %}', but the template ends first.")]
    [InlineData("{% if x %}\n\n{% else %}", "line 3: 'endif' is wanted, but the template ends.")]
    [InlineData("{% for x in y %}{% endif %}", "line 1: 'endfor' is wanted, but 'endif' is there.")]
    [InlineData("{% endif %}", "line 1: 'endif' ends nothing.")]
    [InlineData("{% include 'x' %}", "line 1: 'include' is no statement that templates may use here.")]
    [InlineData("{{ x | attr('y') }}", "line 1: 'attr' is no filter that templates may use here.")]
    [InlineData("{{ x is wonderful }}", "line 1: 'wonderful' is no test that templates may use here.")]
    [InlineData("{{ 'x }}", "line 1: a text must end with ', but the template ends first.")]
    [InlineData("{{ 1 + }}", "line 1: an expression is wanted, but the tag ends.")]
    [InlineData("{{ ? }}", "line 1: '?' is no part of an expression.")]
    [InlineData("{{ 12x }}", "line 1: '12x' is no number.")]
    [InlineData("{{ a b }}", "line 1: the tag must end, but goes on with 'b'.")]
    [InlineData("{% set 3 = 4 %}", "line 1: a name is wanted, but '3' is there.")]
    public void WhatIsBrokenIsRefusedByItsLine(string template, string message) =>
        Assert.Equal(message, Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template)).Message);

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "line 1: a template must be rendered in 1000000 steps, but this one goes on.")]
    [InlineData("{{ range(1000000) }}", "line 1: a range must have at most 100000 numbers, but has more.")]
    [InlineData("{{ 'x' * 99999999 }}", "line 1: a text must have at most 16777216 characters, but one would have 99999999.")]
    [InlineData("{% set ns = namespace(s='x') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "line 1: a text must have at most 16777216 characters, but one would have 33554432.")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "line 1: macros must call each other at most 100 deep, but go on.")]
    [InlineData("{{ 1 // 0 }}", "line 1: '1 // 0' has no result.")]
    [InlineData("{{ 1 + 'x' }}", "line 1: '+' cannot join a number and a text.")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "line 1: '9223372036854775807 + 1' has no result.")]
    [InlineData("\n{{ x() }}", "line 2: only a function can be called, but 'x', which is undefined is.")]
    [InlineData("{% set a, b = [1] %}", "line 1: 2 values are wanted for a, b, but there are 1.")]
    [InlineData("{% for x in 3 %}{% endfor %}", "line 1: a loop or filter must be given a list, but is given a number.")]
    [InlineData("{{ [3, 'x'] | sort }}", "line 1: a number and a text cannot be compared.")]
    public void WhatFailsOrGoesOnForeverIsStopped(string template, string message) =>
        Assert.StartsWith(message, Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render([])).Message, StringComparison.Ordinal);

    [Fact]
    public void DeepNestingIsRefusedRatherThanExhaustingTheStack()
    {
        foreach (var template in (string[])["{{ " + new string('(', 100_000) + " }}", "{{ " + new string('-', 100_000) + "1 }}", "{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1 }}", string.Concat(Enumerable.Repeat("{% if x %}", 100_000))])
        {
            Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template));
        }
    }

    [Fact]
    public void DatesAreTheCallersClock() =>
        Assert.Equal(DateTime.Now.Year.ToString(System.Globalization.CultureInfo.InvariantCulture), JinjaTemplate.Parse("{{ strftime_now('%Y') }}").Render([]));
}
