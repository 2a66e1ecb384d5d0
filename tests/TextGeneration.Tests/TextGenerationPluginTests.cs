using System.Text.Json;
using Ptgp.Testing;

namespace Ptgp.TextGeneration.Tests;

public sealed class TextGenerationPluginTests
{
    [Fact]
    public void ThePluginKeepsTheContract() => PluginContract.Verify(new TextGenerationPlugin(),
    [
        Of(new() { Text = "Two dogs" }, " run."),
        Of(new() { Text = "A man in a hat" }, " looks at something."),
        Of(new(), "A whole document about two dogs that run in the snow."),
    ]);

    [Fact]
    public void AnAnswerIsJsonOfWhatIsKnown()
    {
        Assert.Equal("""{"text":"a b","score":-0.5}""", JsonSerializer.Serialize(new Generated { Text = "a b", Score = -0.5 }));
        Assert.Equal(
            """{"text":"a","score":-1,"hypotheses":[{"text":"a","score":-1},{"text":"b","score":-2}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"unfinished":true,"truncated":3}""",
            JsonSerializer.Serialize(new Generated
            {
                Text = "a",
                Score = -1,
                Hypotheses = [new("a", -1), new("b", -2)],
                Messages = [new("user", "q"), new("assistant", "a")],
                Unfinished = true,
                Truncated = 3,
            }));
    }

    [Fact]
    public void AnInputIsAPromptAConversationOrPlainText()
    {
        Assert.Equal(new Prompt { Text = "Two dogs", ReturnFullText = false }, JsonSerializer.Deserialize<Prompt>("""{"prompt": "Two dogs", "returnFullText": false}"""));
        Assert.Equal([new("user", "Hi")], JsonSerializer.Deserialize<Prompt>("""{"messages": [{"role": "user", "content": "Hi"}]}""")!.Messages!);
        Assert.Equal(new Prompt { Text = "Two dogs" }, new TextGenerationPlugin().FromText("Two dogs"));
        Assert.Equal("a b", new TextGenerationPlugin().ToText(new() { Text = "a\nb" }));
    }

    [Fact]
    public void PerplexityCountsEachTokenTheSame()
    {
        Generated few = new() { Text = "", Score = -1, Tokens = 1 }, many = new() { Text = "", Score = -9, Tokens = 3 }, none = new() { Text = "", Score = 0, Tokens = 0 };
        var metric = Assert.Single(new TextGenerationPlugin(new() { Window = 64, Stride = 16 }).Score([Answer(few), Answer(many), Answer(none)]));
        Assert.Equal(Math.Exp(10.0 / 4), metric.Value, 1e-12);
        Assert.Equal("tokens:4|window:64|stride:16", metric.Signature);
    }

    [Fact]
    public void AStrideAsLongAsTheWindowIsRefused()
    {
        var fault = Assert.Throws<OptionException>(() => new CheckpointHost("gpt2", new() { Stride = 500 }));
        Assert.Equal("'stride' must be below the window's 96 tokens, so that each window has something before what it scores, but is 500. Lower it, or raise 'window' where the backbone reads more.", fault.Message);
    }

    private static Example<Prompt, Generated> Of(Prompt prompt, string continuation) => new(prompt with { Continuation = continuation }, new() { Text = continuation });

    private static Answer<Prompt, Generated> Answer(Generated one) => new(new(), one, one);
}
