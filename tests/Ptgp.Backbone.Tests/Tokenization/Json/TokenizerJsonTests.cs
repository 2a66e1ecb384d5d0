using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization.Json;

public class TokenizerJsonTests
{
    [Theory]
    [InlineData("t5-v1_0")]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    public void EqualsTheReferenceOnEveryText(string name)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", name), new());
        foreach (var golden in Golden.OfModel(name))
        {
            golden.Check(tokenizer);
        }
    }
}
