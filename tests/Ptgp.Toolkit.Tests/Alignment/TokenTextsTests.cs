using Ptgp.Tests.Fakes;
using Ptgp.Toolkit.Alignment;

namespace Ptgp.Toolkit.Tests.Alignment;

public class TokenTextsTests
{
    [Fact]
    public void EachTokenHasWhatItAddsToThoseBeforeIt()
    {
        var tokenizer = new FakeTokenizer("deu_Latn");
        int[] ids = [tokenizer.Languages["deu_Latn"], .. tokenizer.Tokenize("ein Mann").Select(token => token.Id), tokenizer.UnknownId!.Value, .. tokenizer.Tokenize("rennt").Select(token => token.Id), tokenizer.EndId];
        Assert.Equal(["", "ein", " Mann", "", " rennt", ""], TokenTexts.Of(tokenizer, ids));
        Assert.Empty(TokenTexts.Of(tokenizer, []));
    }
}
