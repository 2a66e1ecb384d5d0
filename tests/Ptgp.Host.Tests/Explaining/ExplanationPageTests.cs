using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Ptgp.Backbone.Explaining;
using Ptgp.Host.Explaining;

namespace Ptgp.Host.Tests.Explaining;

public sealed class ExplanationPageTests
{
    private const string Hostile = "</script><script>alert(1)</script><!-- ]]> <img src=x onerror=alert(2)> & \" ' {{data}} \u2028 \u0001 ü 雪";

    [Fact]
    public void ItIsWellFormedAndHoldsItsDataWhole()
    {
        var page = Page();
        var data = Assert.Single(page.Descendants("script"), script => (string?)script.Attribute("id") == "data").Value;
        var read = JsonNode.Parse(data)!;
        Assert.Equal(2, read.AsArray().Count);
        foreach (var explanation in read.AsArray())
        {
            Assert.Equal(Hostile, (string)explanation!["input"]!["text"]!);
            Assert.Equal(Hostile, (string)explanation["text"]!);
            Assert.Equal(Hostile, (string)explanation["passes"]![0]!["source"]![0]!["text"]!);
        }
    }

    [Fact]
    public void TextIsNeverMarkup()
    {
        var page = Page();
        Assert.Equal(2, page.Descendants("script").Count());
        Assert.Empty(page.Descendants("img"));
        using var writer = new StringWriter();
        ExplanationPage.Write([Example()], writer);
        Assert.DoesNotContain("alert(1)</script>", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("ü 雪", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsLoadedFromAnywhere()
    {
        var page = Page();
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "href" or "action" or "data" or "poster" or "srcset");
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "link" or "iframe" or "img" or "object" or "embed" or "base");
        var policy = Assert.Single(page.Descendants("meta"), meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy");
        Assert.StartsWith("default-src 'none';", (string)policy.Attribute("content")!, StringComparison.Ordinal);
        var style = Assert.Single(page.Descendants("style")).Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", style, StringComparison.Ordinal);
        var script = page.Descendants("script").Last().Value;
        Assert.All(new[] { "http:", "https:", "fetch(", "XMLHttpRequest", "import(", "innerHTML", "insertAdjacentHTML", "document.write", "eval(" }, word => Assert.DoesNotContain(word, script, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryControlHasALabelAndEverySectionAHeading()
    {
        var page = Page();
        Assert.All(page.Descendants("select"), select => Assert.Equal("label", select.Parent!.Name.LocalName));
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(page.Descendants("section"), section => Assert.Contains((string)section.Attribute("aria-labelledby")!, ids));
        Assert.Equal("0", (string)Assert.Single(page.Descendants("canvas")).Attribute("tabindex")!);
        Assert.Contains("prefers-color-scheme: dark", Assert.Single(page.Descendants("style")).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameDataIsALineOfJson()
    {
        var line = ExplanationJson.Write(Example(), Ptgp.Host.Commands.Json.Line.Encoder!);
        Assert.DoesNotContain('\n', line);
        var read = JsonNode.Parse(line)!;
        Assert.True(JsonNode.DeepEquals(read, JsonNode.Parse(ExplanationJson.Write(Example(), ExplanationJson.ForPages))));
        var pass = read["passes"]![0]!;
        Assert.Equal("written", (string)pass["kind"]!);
        Assert.Equal(0.25, (double)pass["written"]![0]!["probability"]!, 1e-7);
        Assert.Null(pass["written"]![0]!["alternatives"]![0]!["logProbability"]);
        Assert.Equal((0, 2), ((int)pass["source"]![0]!["start"]!, (int)pass["source"]![0]!["end"]!));
        Assert.Equal("integratedGradients", (string)pass["attributions"]![0]!["method"]!);
        Assert.Equal(0.5, (double)pass["attributions"]![0]!["completenessError"]!);
        Assert.Equal("[[[0.1235,0.8765]]]", pass["attention"]![0]!["layers"]![0]!["heads"]!.ToJsonString());
        Assert.Equal("cross", (string)pass["attention"]![0]!["of"]!);
    }

    private static XDocument Page()
    {
        using var writer = new StringWriter();
        ExplanationPage.Write([Example(), Example()], writer);
        using var reader = XmlReader.Create(new StringReader(writer.ToString()), new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private static Explanation Example() => new()
    {
        Task = "it",
        Plugin = "fake",
        Backbone = new() { Name = "base", Family = "t5", Features = BackboneFeatures.Writes, Width = 8, Vocabulary = 9, MaxLength = 10, MaxTargetLength = 11 },
        Input = JsonNode.Parse(JsonSerializer.Serialize(new { text = Hostile }))!,
        Answer = new JsonObject { ["text"] = Hostile },
        Text = Hostile,
        Passes =
        [
            new()
            {
                IsWritten = true,
                Text = "x",
                Score = -1,
                Source = [new(Hostile) { Id = 3, Entry = Hostile, Field = "text", Start = 0, Length = 2 }],
                Written =
                [
                    new()
                    {
                        Token = new(3, "▁x", "x", false),
                        Start = 0,
                        LogProbability = Math.Log(0.25),
                        Chosen = -1,
                        Rank = 2,
                        Alternatives = [(new(4, Hostile, Hostile, false), double.NegativeInfinity)],
                    },
                ],
                Attributions = [new(ExplanationMethods.IntegratedGradients, null, new() { Values = [1.5], Score = 2, BaselineScore = 1, CompletenessError = 0.5 })],
                Attention = [new(AttentionKind.Cross, ["x"], [Hostile, "b"], [new AttentionMap(0, 1, 1, 2, [0.123456f, 0.876544f])])],
            },
        ],
    };
}
