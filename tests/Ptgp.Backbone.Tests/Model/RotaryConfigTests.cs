using System.Text.Json;

namespace Ptgp.Backbone.Tests.Model;

public class RotaryConfigTests
{
    public static TheoryData<string> Cases => [.. All.Select(each => each.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void EveryKindOfScalingIsTheReferences(string name)
    {
        var golden = All.Single(each => each.GetProperty("name").GetString() == name);
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", golden.GetProperty("config").GetRawText());
        var config = RotaryReader.Read(ConfigReader.Open(path), 16);
        var length = golden.GetProperty("sequence_length");
        var frequencies = config.Frequencies(length.ValueKind == JsonValueKind.Null ? 1 : length.GetInt32());
        var expected = golden.GetProperty("inverse_frequencies").EnumerateArray().Select(each => each.GetSingle()).ToArray();
        Assert.Equal(expected.Length, frequencies.Length);
        Assert.All(expected.Zip(frequencies), pair => Assert.Equal(pair.First, pair.Second, pair.First * 1e-6f));
        Assert.Equal(golden.GetProperty("attention_factor").GetDouble(), config.Sharpness, 1e-9);
    }

    [Fact]
    public void AnUnknownKindIsRefusedByItsField()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", """{"rope_scaling": {"rope_type": "spiral"}}""");
        var fault = Assert.Throws<CheckpointException>(() => RotaryReader.Read(ConfigReader.Open(path), 16));
        Assert.Equal($"{path}: 'rope_scaling': 'rope_type' must be one of default, linear, dynamic, yarn, llama3, longrope, but is 'spiral'.", fault.Message);
    }

    private static JsonElement[] All
    {
        get
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("positions", "rotary.json")));
            return [.. document.RootElement.EnumerateArray().Select(each => each.Clone())];
        }
    }
}
