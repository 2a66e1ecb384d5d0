using System.Text.Json.Nodes;

namespace Ptgp.Host.Tests.Plugins;

/// <summary>What a plugin's README tells to type works.</summary>
public class PluginReadmeTests
{
    [Fact]
    public async Task Translations()
    {
        using var readme = new PluginReadme("Translation", "m2m100");
        readme.Write("test.txt", "A man rides a bike.\nTwo dogs run.\n");
        readme.Write("document.jsonl", """{"text": "A man rides a bike. Two dogs run.\n\nA girl sings."}""" + "\n");
        foreach (var name in (string[])["train", "valid", "test"])
        {
            readme.Write(name + ".en", "A man.\nTwo dogs.\n");
            readme.Write(name + ".de", "Ein Mann.\nZwei Hunde.\n");
        }

        await RunAll(readme);
        Assert.Equal(3, JsonNode.Parse(File.ReadAllText(readme["translated.jsonl"]))!["split"]!.AsArray().Count);
    }

    private static async Task RunAll(PluginReadme readme)
    {
        Assert.NotEmpty(readme.Commands);
        foreach (var command in readme.Commands)
        {
            string[] fewer = command.StartsWith("ptgp train", StringComparison.Ordinal) ? ["--recipe", "maxSteps=2", "--recipe", "batchSize=2"] : [];
            var (code, output, error) = await readme.RunAsync(command, fewer);
            Assert.True(code == 0, $"'{command}' must end with 0, but ends with {code}.\n{output}\n{error}");
        }
    }
}
