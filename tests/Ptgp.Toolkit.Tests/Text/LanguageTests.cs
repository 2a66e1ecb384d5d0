using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class LanguageTests
{
    [Theory]
    [InlineData("de", "German")]
    [InlineData("DEU", "German")]
    [InlineData("german", "German")]
    [InlineData(">>deu<<", "German")]
    [InlineData("__de__", "German")]
    [InlineData("deu_Latn", "German")]
    [InlineData("de_DE", "German")]
    [InlineData("de-AT", "German")]
    [InlineData("cmn_Hans", "Chinese")]
    [InlineData("Norwegian Bokmål", "Norwegian Bokmål")]
    public void ALanguageIsFoundByCodeNameAndEntry(string text, string name) => Assert.Equal(name, Language.Find(text)?.Name);

    [Theory]
    [InlineData("")]
    [InlineData("Klingon")]
    [InlineData("xx_XX")]
    public void OthersAreNone(string text) => Assert.Null(Language.Find(text));

    [Theory]
    [InlineData("fr", ">>fra<<")]
    [InlineData("French", ">>fra<<")]
    [InlineData(">>fra<<", ">>fra<<")]
    [InlineData("fra", ">>fra<<")]
    [InlineData("cmn_hans", ">>cmn_Hans<<")]
    [InlineData("tlh", ">>tlh<<")]
    public void AnEntryIsFoundHoweverTheLanguageIsWritten(string wanted, string entry) =>
        Assert.Equal(entry, LanguageNames.Find([">>cmn_Hans<<", ">>cmn_Hant<<", ">>deu<<", ">>fra<<", ">>tlh<<"], wanted));

    [Theory]
    [InlineData("Germna", "A language must be one of those the backbone was taught, but is 'Germna'. Did you mean 'deu_Latn' (German)?")]
    [InlineData("fr_Latn", "A language must be one of those the backbone was taught, but is 'fr_Latn'. Did you mean 'fra_Latn' (French)?")]
    [InlineData("Swedish", "A language must be one of those the backbone was taught, but is 'Swedish'. It has deu_Latn, fra_Latn, zho_Hans, zho_Hant.")]
    [InlineData("zh", "A language must be one that the backbone was taught, but 'zh' may be 'zho_Hans' or 'zho_Hant'. Name one of them.")]
    public void WhatCannotBeFoundIsAnErrorThatNamesWhatThereIs(string wanted, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => LanguageNames.Find(["deu_Latn", "fra_Latn", "zho_Hans", "zho_Hant"], wanted)).Message);
}
