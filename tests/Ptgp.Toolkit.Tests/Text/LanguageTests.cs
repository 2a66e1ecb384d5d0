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
    [InlineData("Castilian", "Spanish")]
    [InlineData("mandarin", "Chinese")]
    [InlineData("Nynorsk", "Norwegian Nynorsk")]
    [InlineData("<|haw|>", "Hawaiian")]
    [InlineData("yue_Hant", "Cantonese")]
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

    // Names of one checkpoint's languages mean another's where nothing contradicts.
    [Theory]
    [InlineData("de", "deu_Latn")]
    [InlineData("de_DE", "deu_Latn")]
    [InlineData("__de__", "deu_Latn")]
    [InlineData(">>deu<<", "deu_Latn")]
    [InlineData("zh_CN", "zho_Hans")]
    [InlineData("zh-TW", "zho_Hant")]
    [InlineData("cmn_Hans", "zho_Hans")]
    [InlineData("ceb", "ceb_Latn")]
    [InlineData("__ceb__", "ceb_Latn")]
    [InlineData("en_XX", "eng_Latn")]
    public void NllbsEntriesAreFoundByTheNamesOfOthers(string wanted, string entry) => Assert.Equal(entry, LanguageNames.Find(["ceb_Latn", "deu_Latn", "eng_Latn", "fra_Latn", "zho_Hans", "zho_Hant"], wanted));

    [Theory]
    [InlineData("deu_Latn", "de_DE")]
    [InlineData("de-DE", "de_DE")]
    [InlineData("German", "de_DE")]
    [InlineData("eng_Latn", "en_XX")]
    [InlineData("en-GB", "en_XX")]
    [InlineData("zho_Hans", "zh_CN")]
    [InlineData("Chinese", "zh_CN")]
    public void MbartsEntriesAreFoundByTheNamesOfOthers(string wanted, string entry) => Assert.Equal(entry, LanguageNames.Find(["de_DE", "en_XX", "zh_CN"], wanted));

    [Theory]
    [InlineData("Spanish", ">>es<<")]
    [InlineData("es-AR", ">>es_AR<<")]
    [InlineData("es-MX", ">>es<<")]
    [InlineData("fra_Latn", ">>fr<<")]
    public void MariansEntriesAreFoundByTheNamesOfOthers(string wanted, string entry) => Assert.Equal(entry, LanguageNames.Find([">>es<<", ">>es_AR<<", ">>fr<<"], wanted));

    [Theory]
    [InlineData("zho_Hant")]
    [InlineData("de-AT")]
    public void ANameThatContradictsIsNoAlias(string wanted) => Assert.Throws<OptionException>(() => LanguageNames.Find(["de_DE", "en_XX", "zh_CN"], wanted));

    [Theory]
    [InlineData("Germna", "'language' must be one of the 4 languages that the backbone was taught, but is 'Germna'. Did you mean 'deu_Latn' (German)?")]
    [InlineData("fr_Cyrl", "'language' must be one of the 4 languages that the backbone was taught, but is 'fr_Cyrl'. It has deu_Latn, fra_Latn, zho_Hans, zho_Hant.")]
    [InlineData("fra_Latin", "'language' must be one of the 4 languages that the backbone was taught, but is 'fra_Latin'. Did you mean 'fra_Latn' (French)?")]
    [InlineData("Swedish", "'language' must be one of the 4 languages that the backbone was taught, but is 'Swedish'. It has deu_Latn, fra_Latn, zho_Hans, zho_Hant.")]
    [InlineData("zh", "'language' must be a language that the backbone was taught, but 'zh' may be 'zho_Hans' or 'zho_Hant'. Name one of them.")]
    public void WhatCannotBeFoundIsAnErrorThatNamesWhatThereIs(string wanted, string message) =>
        Assert.Equal(message, Assert.Throws<OptionException>(() => LanguageNames.Find(["deu_Latn", "fra_Latn", "zho_Hans", "zho_Hant"], wanted)).Message);

    [Theory]
    [InlineData("de", "German", true)]
    [InlineData("deu_Latn", "de-AT", true)]
    [InlineData("zh", "zho_Hans", true)]
    [InlineData("zho_Hant", "zho_Hans", false)]
    [InlineData("de", "nl", false)]
    [InlineData("de", "klingonish", false)]
    public void NamesOfOneLanguageMayBeTheSame(string one, string other, bool isSame) => Assert.Equal((isSame, isSame), (LanguageNames.MayBeSame(one, other), LanguageNames.MayBeSame(other, one)));
}
