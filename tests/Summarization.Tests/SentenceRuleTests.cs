using Ptgp.Tests.Fakes;
using static TorchSharp.torch;

namespace Ptgp.Summarization.Tests;

public class SentenceRuleTests
{
    private const int End = 1;

    private readonly FakeTokenizer tokenizer = new();

    [Theory]
    [InlineData("", true)]
    [InlineData("A b", true)]
    [InlineData("A b. C", true)]
    [InlineData("A b. C d.", false)]
    [InlineData("A b. He met Dr.", true)]
    [InlineData("A b. C d. E", false)]
    public void TheEndIsForbiddenWhileSentencesAreLacking(string written, bool isForbidden)
    {
        var scores = Apply(written, new(2, null, "en"));
        Assert.Equal(isForbidden, float.IsNegativeInfinity(scores[End]));
        Assert.DoesNotContain(float.NegativeInfinity, scores.Where((_, id) => id != End));
    }

    [Theory]
    [InlineData("A b.", false)]
    [InlineData("A b. C d.", false)]
    [InlineData("A b. C d. E", true)]
    public void OnlyTheEndMayFollowASentenceTooMany(string written, bool isEnded)
    {
        var scores = Apply(written, new(0, 2, "en"));
        Assert.Equal(0.5f, scores[End]);
        Assert.Equal(isEnded, scores.Where((_, id) => id != End).All(float.IsNegativeInfinity));
    }

    [Fact]
    public void WhereTheEndIsForbiddenOtherwiseWritingGoesOn()
    {
        var scores = Apply("A b. C d. E", new(0, 2, "en"), float.NegativeInfinity);
        Assert.Equal(1, scores.Count(float.IsNegativeInfinity));
    }

    private float[] Apply(string text, SentenceLimits limits, float end = 0.5f)
    {
        using var scope = NewDisposeScope();
        int[] written = [.. tokenizer.Tokenize(text).Select(token => token.Id)];
        var scores = tensor([0.25f, end, 0.125f, 1f]);
        new SentenceRule(tokenizer, limits, [End]).Apply(written, 0, scores);
        return scores.data<float>().ToArray();
    }
}
