using System.Text;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>What is written on from a prompt is text that goes on, not a text of its own.</summary>
public sealed class ContinuedTextTests
{
    private const string Text = "Two dogs  run – “naïve” 👍🏽 Ein Mann\n in a hat.";

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("mistral")]
    [InlineData("qwen2")]
    [InlineData("t5-v1_1")]
    [InlineData("marian")]
    [InlineData("nllb")]
    public void BothTogetherAreTheWholeWhereverItIsCut(string model)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        int[] ids = [.. tokenizer.Encode(Text).Ids];
        var whole = tokenizer.Decode(ids);
        for (var cut = 0; cut <= ids.Length; cut++)
        {
            ContinuedText continued = new(tokenizer, ids[..cut]);
            var before = tokenizer.Decode(ids[..cut]);
            var text = continued.Decode(ids[cut..]);
            if (whole.StartsWith(before, StringComparison.Ordinal)) // else a character is cut in two
            {
                Assert.Equal(whole, before + text);
            }

            StringBuilder pieces = new();
            TextStream stream = new(tokenizer, continued, null, piece => pieces.Append(piece.Text));
            stream.Add(ids[cut..]);
            stream.End();
            Assert.Equal(text, pieces.ToString());
        }
    }

    [Fact]
    public void ABlankBetweenPromptAndTextStays()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "llama"), new());
        int[] prompt = [.. tokenizer.Encode("Two dogs").Ids], all = [.. tokenizer.Encode("Two dogs run").Ids];
        Assert.Equal(" run", new ContinuedText(tokenizer, prompt).Decode(all[prompt.Length..]));
        Assert.Equal("run", new ContinuedText(tokenizer, []).Decode(all[prompt.Length..]));
    }
}
