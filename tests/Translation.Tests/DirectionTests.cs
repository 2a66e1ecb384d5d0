using Ptgp.Tests.Fakes;

namespace Ptgp.Translation.Tests;

public class DirectionTests
{
    [Theory]
    [InlineData("en", "de", null, "translate English to German: ")]
    [InlineData("English", "deu", null, "translate English to German: ")]
    [InlineData("Klingon", "ro", null, "translate Klingon to Romanian: ")]
    [InlineData("en", "de", "", "")]
    [InlineData("en", "de", "{to}> ", "German> ")]
    public void APrefixNamesTheLanguages(string from, string to, string? prefix, string expected) =>
        Assert.Equal(expected, Direction.Of(new() { Text = "x" }, new() { From = from, To = to, Prefix = prefix }, T5()).Prefix);

    [Fact]
    public void ATextMaySayItsLanguages()
    {
        var direction = Direction.Of(new() { Text = "x", To = "fr" }, new() { From = "en", To = "de" }, T5());
        Assert.Equal(("translate English to French: ", ("en", "fr")), (direction.Prefix, direction.Languages));
    }

    [Fact]
    public void APrefixWithoutItsLanguagesIsAnError()
    {
        var error = Assert.Throws<FormatException>(() => Direction.Of(new() { Text = "x" }, new() { From = "en" }, T5()));
        Assert.Equal("Backbone 'fake' must be told the languages, but 'to' is missing. Give it with the text, or in the task's options.", error.Message);
    }

    [Fact]
    public void ATargetTokenIsWrittenFirst()
    {
        var backbone = new FakeBackbone { Tokenizer = new("deu_Latn", "eng_Latn", "fra_Latn") };
        var direction = Direction.Of(new() { Text = "x", To = "French" }, new() { From = "en", To = "de" }, backbone);
        Assert.Equal(("eng_Latn", "fra_Latn", backbone.Tokenizer.Languages["fra_Latn"]), (direction.Reads, direction.Writes, direction.FirstToken));
    }

    [Fact]
    public void ATagStandsBeforeTheSource()
    {
        var backbone = new FakeBackbone { Tokenizer = new(">>deu<<", ">>fra<<") };
        var direction = Direction.Of(new() { Text = "x" }, new() { From = "en", To = "fr" }, backbone);
        Assert.Equal((">>fra<<", null, null), (direction.Reads, direction.Writes, direction.FirstToken));
    }

    [Fact]
    public void ALanguageThatTheBackboneWasNotTaughtIsAnErrorWithTheNearest()
    {
        var backbone = new FakeBackbone { Tokenizer = new("deu_Latn", "fra_Latn") };
        var error = Assert.Throws<FormatException>(() => Direction.Of(new() { Text = "x", To = "Germna" }, new(), backbone));
        Assert.Equal("A language must be one of those the backbone was taught, but is 'Germna'. Did you mean 'deu_Latn' (German)?", error.Message);
    }

    [Fact]
    public void ABackboneThatIsTaughtOnePairCannotBeAskedForAnother()
    {
        var options = new TranslationOptions { From = "en", To = "de" };
        Assert.Equal(("English", "deu"), Direction.Of(new() { Text = "x", From = "English", To = "deu" }, options, new FakeBackbone()).Languages);
        var error = Assert.Throws<FormatException>(() => Direction.Of(new() { Text = "x", To = "fr" }, options, new FakeBackbone()));
        Assert.Equal("Backbone 'fake' cannot be told which languages to translate, so 'to' must be 'de', but is 'fr'.", error.Message);
        error = Assert.Throws<FormatException>(() => Direction.Of(new() { Text = "x", To = "fr" }, new(), new FakeBackbone()));
        Assert.Equal("Backbone 'fake' cannot be told which languages to translate, so 'to' must be left out, but is 'fr'.", error.Message);
    }

    [Fact]
    public async Task RequestsForSeveralLanguagesWorkAtOnce()
    {
        var backbone = new FakeBackbone { Tokenizer = new("deu_Latn", "eng_Latn", "fra_Latn") };
        var head = (TranslationHead)new TranslationPlugin(new() { From = "en", To = "de" }).CreateHead(backbone);
        var host = new FakeAnswering<Passage, Translation>(request => new()
        {
            Hypotheses = [new() { Ids = [], Text = backbone.Tokenizer.GetEntry(request.Options.ForcedBosTokenId!.Value), Score = 0, Finish = FinishReason.End }],
        })
        { Gathers = 2 };
        var answers = await Task.WhenAll(new string?[] { null, "fr" }.Select(to => head.AnswerAsync(new() { Text = "x", To = to }, host, TestContext.Current.CancellationToken)));
        Assert.Equal(["deu_Latn", "fra_Latn"], answers.Select(answer => answer.Text));
        Assert.Equal(["de", "fr"], answers.Select(answer => answer.To));
        Assert.Equal("deu_Latn", backbone.Tokenizer.GetEntry((int)head.EncodeTarget(new() { Text = "x" }, new() { Text = "y" })!.Labels[0]));
    }

    [Fact]
    public void ATagInFrontOfTheTextIsTheTargetLanguage()
    {
        var backbone = new FakeBackbone { Tokenizer = new(">>deu<<", ">>fra<<") };
        var head = (TranslationHead)new TranslationPlugin(new() { To = "de" }).CreateHead(backbone);
        string Read(Passage passage) => backbone.Tokenizer.Decode(head.EncodeInput(passage).Tokens.Select(id => (int)id), skipSpecialTokens: false);
        Assert.Equal(">>deu<< Hello </s>", Read(new() { Text = "Hello" }));
        Assert.Equal(">>fra<< Hello </s>", Read(new() { Text = ">>fra<< Hello" }));
        Assert.Equal(">>deu<< Hello </s>", Read(new() { Text = ">>fra<< Hello", To = "de" }));
        Assert.Equal(">>deu<< >>xyz<< Hello </s>", Read(new() { Text = ">>xyz<< Hello" }));
    }

    private static FakeBackbone T5()
    {
        var backbone = new FakeBackbone();
        return new() { Description = backbone.Description with { Prefixes = new Dictionary<string, string> { ["translation"] = "translate {from} to {to}: " } } };
    }
}
