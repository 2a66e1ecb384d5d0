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
        var error = Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x" }, new() { From = "en" }, T5()));
        Assert.Equal("'to' must be given, with the text or in the task's options: a language's name or code.", error.Message);
        error = Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x" }, new(), new FakeBackbone { Tokenizer = new("ron_Latn", "deu_Latn", "eng_Latn", "fra_Latn") }));
        Assert.Equal("'to' must be given, with the text or in the task's options: one of the 4 languages that the backbone was taught, such as 'eng_Latn' (English), 'deu_Latn' (German), 'fra_Latn' (French).", error.Message);
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
        var error = Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x", To = "Germna" }, new(), backbone));
        Assert.Equal("'to' must be one of the 2 languages that the backbone was taught, but is 'Germna'. Did you mean 'deu_Latn' (German)?", error.Message);
        error = Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x", To = "de", From = "Frnch" }, new(), backbone));
        Assert.Equal("'from' must be one of the 2 languages that the backbone was taught, but is 'Frnch'. Did you mean 'fra_Latn' (French)?", error.Message);
    }

    [Fact]
    public void ABackboneThatCannotBeToldItsLanguagesKeepsToItsOptions()
    {
        var options = new TranslationOptions { From = "en", To = "de" };
        Assert.Equal(("English", "deu"), Direction.Of(new() { Text = "x", From = "English", To = "deu" }, options, new FakeBackbone()).Languages);
        var error = Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x", To = "fr" }, options, new FakeBackbone()));
        Assert.Equal("'to' must be 'de', because backbone 'fake' cannot be told which languages to translate, but is 'fr'.", error.Message);
        error = Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x", To = "fr" }, new(), new FakeBackbone()));
        Assert.Equal("'to' must be left out, because backbone 'fake' cannot be told which languages to translate, but is 'fr'.", error.Message);
    }

    [Theory]
    [InlineData("en", "fr", "to", "'de' (German)", "fr")]
    [InlineData(null, "klingonish", "to", "'de' (German)", "klingonish")]
    [InlineData("fr", "de", "from", "'en' (English)", "fr")]
    [InlineData("fr", null, "from", "'en' (English)", "fr")]
    public void ACheckpointOfOnePairRefusesOtherLanguages(string? from, string? to, string option, string taught, string asked)
    {
        var backbone = new FakeBackbone { Tokenizer = new() { Pair = new("en", "de") } };
        var message = $"must be {taught} or left out, because the checkpoint of backbone 'fake' translates from 'en' (English) to 'de' (German), but is '{asked}'. If the task is trained to translate others, set the task's option 'otherPair' to true.";
        var fault = Assert.Throws<OptionException>(() => new TranslationPlugin(new() { From = from, To = to }).CreateHead(backbone));
        Assert.Equal((option, message), (fault.Option, fault.Reason));
        Assert.Equal($"'{option}' {message}", Assert.Throws<OptionException>(() => Direction.Of(new() { Text = "x", From = from, To = to }, new() { From = "en", To = "de" }, backbone)).Message);
        new TranslationPlugin(new() { From = from, To = to, OtherPair = true }).CreateHead(backbone);
    }

    [Theory]
    [InlineData("en", "de", null, null)]
    [InlineData("en", "de", "English", "deu_Latn")]
    [InlineData("eng", "deu", "en", "de-AT")]
    [InlineData("roa", "NORTH_EU", "fr", "sv")]
    public void ACheckpointOfOnePairTakesItsLanguagesByAnyName(string reads, string writes, string? from, string? to) =>
        new TranslationPlugin(new() { From = from, To = to }).CreateHead(new FakeBackbone { Tokenizer = new() { Pair = new(reads, writes) } });

    [Fact]
    public void ACheckpointThatWritesSeveralLanguagesMayReadOneAlone()
    {
        var backbone = new FakeBackbone { Tokenizer = new(">>fra<<", ">>ron<<") { Pair = new("en", "roa") } };
        new TranslationPlugin(new() { From = "en", To = "fr" }).CreateHead(backbone);
        new TranslationPlugin().CreateHead(backbone);
        Assert.Equal("from", Assert.Throws<OptionException>(() => new TranslationPlugin(new() { From = "de", To = "fr" }).CreateHead(backbone)).Option);
        Assert.Equal("to", Assert.Throws<OptionException>(() => new TranslationPlugin(new() { From = "en", To = "de" }).CreateHead(backbone)).Option);
    }

    [Fact]
    public void WhatMustComeWithEachTextIsFound()
    {
        Assert.Empty(new TranslationPlugin().FindOpenOptions(new FakeBackbone { Tokenizer = new() { Pair = new("en", "de") } }));
        Assert.Empty(new TranslationPlugin(new() { From = "en", To = "de" }).FindOpenOptions(T5()));
        Assert.Equal(
            [("from", "must be given here, or as \"from\" with each text.", true), ("to", "is 'Klingon', which is no language that is known here by name or code: the backbone is told it as it is.", false)],
            Found(new() { To = "Klingon" }, T5()));
        var many = new FakeBackbone { Tokenizer = new("fra_Latn", "deu_Latn") };
        Assert.Equal([("from", "is not given: a text without \"from\" is read without its language.", false), ("to", "must be given here, or as \"to\" with each text.", true)], Found(new(), many));
        Assert.Equal(["deu_Latn", "fra_Latn"], new TranslationPlugin().FindOpenOptions(many)[1].Values);
        Assert.Equal([("to", "must be given here, or as \"to\" with each text.", true)], Found(new(), new() { Tokenizer = new(">>fra<<", ">>ron<<") }));

        static IEnumerable<(string, string, bool)> Found(TranslationOptions options, FakeBackbone backbone) =>
            new TranslationPlugin(options).FindOpenOptions(backbone).Select(open => (open.Option, open.Reason, open.IsNeeded));
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
