using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Configuration;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Configuration;

public sealed class OptionsSchemaTests
{
    /// <summary>To write it anew: <c>ptgp schema > ptgp.schema.json</c>.</summary>
    [Fact]
    public void TheSchemaInTheRepositoryIsThatOfTheRecords() =>
        Assert.Equal(OptionsSchema.OfHostConfiguration(), File.ReadAllText(Path.Combine(Repository.Root, "ptgp.schema.json")));

    [Fact]
    public void EveryOptionIsDescribed()
    {
        var generation = Property("tasks", "generation");
        foreach (var (name, option) in generation)
        {
            Assert.True(option!["description"] is not null, name);
        }

        Assert.Equal("How many hypotheses are kept; 1 is greedy, or sampling without beams. From 1 to 64. The default is 1.", (string?)generation["numBeams"]!["description"]);
    }

    [Fact]
    public void RangesChoicesAndDefaultsAreInIt()
    {
        var (generation, backbone) = (Property("tasks", "generation"), Schema()["properties"]!["backbones"]!["additionalProperties"]!);
        Assert.Equal((1, 64), ((int)generation["numBeams"]!["minimum"]!, (int)generation["numBeams"]!["maximum"]!));
        Assert.Equal(0, (int)generation["repetitionPenalty"]!["exclusiveMinimum"]!);
        Assert.Equal("[false,true,\"never\"]", generation["earlyStopping"]!["enum"]!.ToJsonString());
        Assert.Equal("auto", (string?)backbone["properties"]!["device"]!["default"]);
        Assert.Equal("[\"checkpoint\"]", backbone["required"]!.ToJsonString());
        Assert.False((bool)backbone["additionalProperties"]!);
    }

    private static JsonObject Property(string section, string key) =>
        Schema()["properties"]![section]!["additionalProperties"]!["properties"]![key]!["properties"]!.AsObject();

    private static JsonNode Schema() => JsonSerializer.Deserialize<JsonNode>(OptionsSchema.OfHostConfiguration())!;
}
