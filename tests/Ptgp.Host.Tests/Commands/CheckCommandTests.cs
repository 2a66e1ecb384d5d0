using System.Text.Json.Nodes;

namespace Ptgp.Host.Tests.Commands;

public sealed class CheckCommandTests
{
    private const string Tasks = """ "shout": { "plugin": "fake", "backbone": "base" }, "broken": { "plugin": "fake", "backbone": "base" } """;

    [Fact]
    public async Task EachTaskHasItsVerdict()
    {
        using var folder = new CommandFolder(Tasks);
        Assert.Equal((1, $"""
            '{folder.Configuration}' holds: 1 backbone, 2 tasks.
            Task 'broken' cannot run. Plugin 'fake' must hold, but does not.
            Task 'shout' can run: fake on 'base' (t5, 8 wide).
              It was never trained.
              numBeams: 4
              earlyStopping: "never"
              eosTokenId: [1]
              exponentialDecayLengthPenalty: {"{"}"start":5,"factor":1.5{"}"}

            """, ""), await folder.RunAsync("check", "--resolved"));
    }

    [Fact]
    public async Task TheVerdictIsJsonForScripts()
    {
        using var folder = new CommandFolder();
        var (code, output, _) = await folder.RunAsync("check", "--json");
        Assert.Equal(0, code);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(output), JsonNode.Parse($$"""
            {
              "configuration": "{{folder.Configuration}}", "ok": true,
              "tasks": { "shout": { "ok": true, "plugin": "fake", "backbone": "base", "family": "t5", "remarks": ["It was never trained."],
                "generation": { "numBeams": 4, "earlyStopping": "never", "eosTokenId": [1], "exponentialDecayLengthPenalty": { "start": 5, "factor": 1.5 } } } }
            }
            """)), output);
    }

    [Fact]
    public async Task WhereATaskCouldRunElsewhereIsSaid()
    {
        using var folder = new CommandFolder(Tasks);
        string[] more = ["--set", "backbones:gpt:checkpoint=model", "--set", "backbones:reader:checkpoint=model", "--set", "backbones:torn:checkpoint=model"];
        Assert.Equal((1, $"""
            '{folder.Configuration}' holds: 4 backbones, 2 tasks.
            Task 'broken' cannot run. Plugin 'fake' must hold, but does not.
              On 'gpt' (gpt2) it could run, too.
              On 'reader' (bert) it could not. Plugin 'fake' needs one that writes.
              On 'torn' it could not. config.json is torn.
            Task 'shout' can run: fake on 'base' (t5, 8 wide).
              It was never trained.
              On 'gpt' (gpt2) it could run, too.
              On 'reader' (bert) it could not. Plugin 'fake' needs one that writes.
              On 'torn' it could not. config.json is torn.

            """, ""), await folder.RunAsync(["check", .. more]));
        var (_, output, _) = await folder.RunAsync(["check", "--json", .. more]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(output)!["tasks"]!["broken"]!["elsewhere"], JsonNode.Parse("""
            { "gpt": { "ok": true }, "reader": { "ok": false, "fault": "Plugin 'fake' needs one that writes." }, "torn": { "ok": false, "fault": "config.json is torn." } }
            """)), output);
    }
}
