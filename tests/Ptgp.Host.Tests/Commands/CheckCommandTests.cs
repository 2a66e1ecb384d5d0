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
            Task 'broken' cannot run: Plugin 'fake' must hold, but does not.
            Task 'shout' can run: fake on 'base' (t5, 8 wide). It was never trained.
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
              "tasks": { "shout": { "ok": true, "plugin": "fake", "backbone": "base", "family": "t5", "open": [], "remarks": ["It was never trained."],
                "generation": { "numBeams": 4, "earlyStopping": "never", "eosTokenId": [1], "exponentialDecayLengthPenalty": { "start": 5, "factor": 1.5 } } } }
            }
            """)), output);
    }

    [Fact]
    public async Task WhereATaskCouldRunElsewhereIsSaidInShortAndWithReasons()
    {
        using var folder = new CommandFolder(Tasks);
        string[] more = ["--set", "backbones:gpt:checkpoint=model", "--set", "backbones:reader:checkpoint=model", "--set", "backbones:torn:checkpoint=model", "--set", "backbones:lost:checkpoint=model"];
        Assert.Equal((1, $"""
            '{folder.Configuration}' holds: 5 backbones, 2 tasks.
            Task 'broken' cannot run: Plugin 'fake' must hold, but does not.
            Task 'shout' can run: fake on 'base' (t5, 8 wide). It was never trained. It could also run on 'gpt', but not on 'reader' or 'torn' or 'lost'.

            """, ""), await folder.RunAsync(["check", .. more]));
        Assert.Equal((1, $"""
            '{folder.Configuration}' holds: 5 backbones, 2 tasks.
            Task 'broken' cannot run: Plugin 'fake' must hold, but does not.
              On 'gpt' (gpt2) it could run, too.
              On 'reader' (bert) it could not. Plugin 'fake' needs one that writes.
              On 'torn', 'lost' it could not. config.json is torn.
            Task 'shout' can run: fake on 'base' (t5, 8 wide). It was never trained.
              On 'gpt' (gpt2) it could run, too.
              On 'reader' (bert) it could not. Plugin 'fake' needs one that writes.
              On 'torn', 'lost' it could not. config.json is torn.

            """, ""), await folder.RunAsync(["check", "--details", .. more]));
        var (_, output, _) = await folder.RunAsync(["check", "--json", .. more]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(output)!["tasks"]!["broken"]!["elsewhere"], JsonNode.Parse("""
            {
              "gpt": { "ok": true }, "reader": { "ok": false, "fault": "Plugin 'fake' needs one that writes." },
              "torn": { "ok": false, "fault": "config.json\n  is torn." }, "lost": { "ok": false, "fault": "config.json\n  is torn." }
            }
            """)), output);
    }

    [Fact]
    public async Task WhatATaskMustStillBeToldIsSaidWithItsKeyAndValues()
    {
        using var folder = new CommandFolder(""" "open": { "plugin": "fake", "backbone": "base" } """);
        const string line = "Task 'open' can run once it is told more: fake on 'base' (t5, 8 wide). tasks:open:options:to must be given. It is one of 5: a, b, c, d, and more. tasks:open:options:from is not given. It was never trained.";
        Assert.Equal((0, $"""
            '{folder.Configuration}' holds: 1 backbone, 1 task.
            {line}

            """, ""), await folder.RunAsync("check"));
        Assert.Equal((0, $"""
            '{folder.Configuration}' holds: 1 backbone, 1 task.
            {line}
              'to' may be: a, b, c, d, e
              'from' may be: x

            """, ""), await folder.RunAsync("check", "--details"));
        var (_, output, _) = await folder.RunAsync("check", "--json");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(output)!["tasks"]!["open"]!["open"], JsonNode.Parse("""
            [
              { "key": "tasks:open:options:to", "needed": true, "reason": "must be given.", "values": ["a", "b", "c", "d", "e"] },
              { "key": "tasks:open:options:from", "needed": false, "reason": "is not given.", "values": ["x"] }
            ]
            """)), output);
    }
}
