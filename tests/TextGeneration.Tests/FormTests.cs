using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ptgp.TextGeneration.Tests;

/// <summary>What is written keeps to the form that the options or the prompt ask for.</summary>
public class FormTests
{
    private const string Person = """{"type": "object", "properties": {"name": {"type": "string", "maxLength": 4}, "age": {"type": ["integer", "null"]}}, "required": ["name", "age"]}""";

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("qwen2")]
    public async Task AnAnswerParsesHoweverItIsWritten(string model)
    {
        using var host = new CheckpointHost(model);
        foreach (var options in (GenerationOptions[])[new() { NumBeams = 1 }, new() { NumBeams = 3, NumReturnSequences = 3 }, new() { DoSample = true, Seed = 1, TopK = 0 }, new() { DoSample = true, Seed = 2, Temperature = 3, TopK = 0 }])
        {
            host.Options = options with { MaxNewTokens = 48, JsonSchema = Person };
            var answer = await host.AskAsync(new() { Text = "Two dogs" });
            var all = answer.Unfinished == true ? [] : answer.Hypotheses?.Select(one => one.Text) ?? [answer.Text];
            Assert.All(all.Where(text => text.TrimEnd().EndsWith('}')), text =>
            {
                var person = JsonElement.Parse(text);
                Assert.InRange(person.GetProperty("name").GetString()!.EnumerateRunes().Count(), 0, 4);
                Assert.Contains(person.GetProperty("age").ValueKind, (JsonValueKind[])[JsonValueKind.Number, JsonValueKind.Null]);
                Assert.Equal(2, person.GetPropertyCount());
            });
            Assert.True(answer.Unfinished == true || answer.Text.EndsWith('}'), answer.Text);
        }
    }

    [Fact]
    public async Task ThePromptsFormStandsOverTheOptions()
    {
        using var host = new CheckpointHost("gpt2") { Options = new() { NumBeams = 1, MaxNewTokens = 48, Regex = "[ab]{3}" } };
        Assert.Contains((await host.AskAsync(new() { Text = "Two dogs", JsonSchema = JsonElement.Parse("""{"enum": ["yes", "no"]}""") })).Text.Trim(), (string[])["\"yes\"", "\"no\""]);
        Assert.True((await host.AskAsync(new() { Text = "Two dogs", JsonSchema = JsonElement.Parse("""{"type": "string", "minLength": 60}""") })).Unfinished);
    }

    [Theory]
    [InlineData("gpt2", "(?:yes|no), \\d{2,4}!")]
    [InlineData("llama", "(?:yes|no), \\d{2,4}!")]
    [InlineData("qwen2", "^[A-Z][a-zäöü]{0,7}( [a-z]+){1,2}\\.$")]
    public async Task AnAnswerMatchesHoweverItIsWritten(string model, string regex)
    {
        using var host = new CheckpointHost(model);
        foreach (var options in (GenerationOptions[])[new() { NumBeams = 1 }, new() { NumBeams = 3, NumReturnSequences = 3 }, new() { DoSample = true, Seed = 1, TopK = 0 }, new() { DoSample = true, Seed = 2, Temperature = 3, TopK = 0 }])
        {
            host.Options = options with { MaxNewTokens = 48, Regex = regex };
            var answer = await host.AskAsync(new() { Text = "Two dogs" });
            if (answer.Unfinished != true)
            {
                Assert.Matches(new Regex($"^(?:{regex})$"), model == "llama" ? answer.Text.TrimStart(' ') : answer.Text);
            }
        }
    }
}
