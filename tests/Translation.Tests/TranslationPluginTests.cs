using System.Text.Json;
using Ptgp.Tests.Fakes;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Translation.Tests;

public class TranslationPluginTests
{
    [Fact]
    public void TheFirstMetricIsBleuWithItsSignature()
    {
        var (cat, dog) = (new Translation { Text = "die Katze saß auf der Matte ." }, new Translation { Text = "der Hund" });
        var input = new Passage { Text = "" };
        var metrics = new TranslationPlugin().Score([new(input, cat, cat), new(input, dog, dog)]);
        Assert.Equal(["bleu", "chrf"], metrics.Select(metric => metric.Name));
        Assert.All(metrics, metric => Assert.Equal(100, metric.Value, 1e-9));
        Assert.Equal("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0", metrics[0].Signature);
        Assert.Equal("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0", metrics[1].Signature);
    }

    [Fact]
    public void AnAnswerIsJsonOfWhatIsKnown()
    {
        Assert.Equal("""{"text":"Hallo","score":-0.5}""", JsonSerializer.Serialize(new Translation { Text = "Hallo", Score = -0.5 }));
        Assert.Equal(
            """{"text":"a b","score":-1,"from":"en","to":"de","unfinished":true,"split":[{"source":"A","sourceStart":0,"text":"a","targetStart":0,"score":-1,"hypotheses":[{"text":"a","score":-1},{"text":"x","score":-2}]}]}""",
            JsonSerializer.Serialize(new Translation
            {
                Text = "a b",
                Score = -1,
                From = "en",
                To = "de",
                Unfinished = true,
                Split = [new() { Source = "A", SourceStart = 0, Text = "a", TargetStart = 0, Score = -1, Hypotheses = [new("a", -1), new("x", -2)] }],
            }));
    }

    [Fact]
    public void AnInputIsAskedWithJsonOrWithText()
    {
        Assert.Equal(new Passage { Text = "Hello", To = "de" }, JsonSerializer.Deserialize<Passage>("""{"text": "Hello", "to": "de"}"""));
        Assert.Equal(new Passage { Text = "Hello" }, new TranslationPlugin().FromText("Hello"));
        Assert.Equal("""{"text":"Hello"}""", JsonSerializer.Serialize(new Passage { Text = "Hello" }));
    }

    [Fact]
    public void AnAnswersTextIsOneLine() => Assert.Equal("a b", new TranslationPlugin().ToText(new() { Text = "a\nb" }));

    [Fact]
    public void OptionsThatDoNotFitTheBackboneAreRefusedAtOnce()
    {
        var backbone = new FakeBackbone { Tokenizer = new("deu_Latn", "fra_Latn") };
        Refused(new() { To = "Germna" }, backbone, "to", "must be one of the 2 languages that the backbone was taught, but is 'Germna'. Did you mean 'deu_Latn' (German)?");
        Refused(new() { Prefix = "a b c d e f g " }, new(), "prefix", "must leave room for text, but has 8 tokens of the 8 that are read. Shorten it, or raise the recipe's 'maxInputLength'.");
    }

    [Fact]
    public void OptionsOfAttentionThatDoNotHoldAreRefusedAtOnce()
    {
        var aligning = new FakeBackbone { Description = new FakeBackbone().Description with { Features = BackboneFeatures.Writes | BackboneFeatures.Aligns } };
        Refused(new() { ReplaceUnknown = true, Dictionary = "none.tsv" }, aligning, "dictionary", "must be a file of lines 'word<tab>translation', but is 'none.tsv': ");
        Refused(new() { AlignmentHeads = [[1, 0], [2]] }, aligning, "alignmentHeads", "must hold pairs of a layer and a head, both counted from 0, such as [[2, 0]], but one is [2].");
        // That a backbone has no such attention is not the options' fault: another may have it.
        var error = Assert.Throws<InvalidOperationException>(() => new TranslationPlugin(new() { ReplaceUnknown = true }).CreateHead(new FakeBackbone()));
        Assert.StartsWith("'replaceUnknown' needs a backbone whose decoder looks at what was read", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(TranslationOptions options, FakeBackbone backbone, string option, string reason)
    {
        var fault = Assert.Throws<OptionException>(() => new TranslationPlugin(options).CreateHead(backbone));
        Assert.Equal(option, fault.Option);
        Assert.StartsWith(reason, fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void LanguagesThatAreLeftOutMayComeWithEachText()
    {
        new TranslationPlugin().CreateHead(new FakeBackbone { Tokenizer = new("deu_Latn", "fra_Latn") });
        new TranslationPlugin().CreateHead(new FakeBackbone());
    }
}
