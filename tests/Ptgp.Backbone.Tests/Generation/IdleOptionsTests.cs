using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

public sealed class IdleOptionsTests
{
    private static readonly DecoderFacts facts = new(100, 0, 1);

    [Fact]
    public void WhatNarrowsADrawIsIdleWhereNothingIsDrawn()
    {
        GenerationOptions asked = new() { Temperature = 0.7, TopK = 5, TopP = 0.9, MinP = 0.1, TypicalP = 0.9, EpsilonCutoff = 0.01, EtaCutoff = 0.01, Seed = 0 };
        string[] names = ["temperature", "topK", "topP", "minP", "typicalP", "epsilonCutoff", "etaCutoff", "seed"];
        Assert.Equal(names, Names(asked, "nothing is drawn unless doSample is true"));
        Assert.Empty(Names(asked with { DoSample = true }));
        Assert.Equal(names[1..], Names(asked with { DoSample = true, Temperature = 0 }, "at temperature 0 nothing is drawn"));
    }

    [Fact]
    public void OneLengthStandsAndTheOtherIsIdle()
    {
        Assert.Equal(["maxLength"], Names(new() { MaxNewTokens = 5, MaxLength = 50 }, "maxNewTokens stands"));
        Assert.Empty(Names(new() { MaxLength = 50 }));
    }

    [Fact]
    public void WhatChoosesAmongBeamsIsIdleWhereThereIsOne()
    {
        GenerationOptions asked = new() { LengthPenalty = 2, EarlyStopping = EarlyStopping.True, DiversityPenalty = 1, CoveragePenalty = 0.5 };
        Assert.Equal(["lengthPenalty", "earlyStopping", "patience", "numBeamGroups", "diversityPenalty", "coveragePenalty"], Names(asked with { Patience = 1, NumBeamGroups = 2 }, "numBeams is 1"));
        Assert.Equal(["diversityPenalty"], Names(asked with { NumBeams = 4 }, "numBeamGroups is 1"));
        Assert.Empty(Names(asked with { NumBeams = 4, NumBeamGroups = 2 }));
        Assert.Equal(["earlyStopping"], Names(new() { NumBeams = 4, Patience = 1, EarlyStopping = EarlyStopping.Never }, "patience says when the search stops"));
    }

    [Fact]
    public void GuessesAreIdleWhereTheLikeliestTokenIsNotWhatIsWritten()
    {
        GenerationOptions asked = new() { PromptLookupNumTokens = 4, MaxMatchingNgramSize = 3 };
        Assert.Empty(Names(asked));
        Assert.Equal(["promptLookupNumTokens"], Names(asked with { NumBeams = 2 }, "numBeams is above 1: only where the likeliest token is written is it guessed"));
        Assert.Equal(["promptLookupNumTokens"], Names(asked with { DoSample = true }, "tokens are drawn: only where the likeliest is written is it guessed"));
        Assert.Equal(["maxMatchingNgramSize"], Names(asked with { PromptLookupNumTokens = null }, "nothing is guessed unless promptLookupNumTokens is above 0"));
    }

    // Each value that changes nothing by itself is as good as none.
    [Fact]
    public void WhatAsksForNothingIsNotIdle() => Assert.Empty(Names(new()
    {
        Temperature = 0,
        TopK = 0,
        TopP = 1,
        MinP = 0,
        TypicalP = 1,
        EpsilonCutoff = 0,
        EtaCutoff = 0,
        LengthPenalty = 1,
        EarlyStopping = EarlyStopping.False,
        NumBeamGroups = 1,
        DiversityPenalty = 0,
        CoveragePenalty = 0,
        PromptLookupNumTokens = 0,
        NoRepeatNgramSize = 0,
    }));

    [Fact]
    public void WhatOthersAskForIsNotHeldAgainstWhoAskedForTheRest()
    {
        var all = ResolvedOptions.From(new() { TopK = 5, LengthPenalty = 2 }, facts);
        Assert.Equal([new("topK", "nothing is drawn unless doSample is true")], IdleOptions.Find(new() { TopK = 5 }, all));
    }

    private static IEnumerable<string> Names(GenerationOptions asked, string? reason = null)
    {
        var idle = IdleOptions.Find(asked, ResolvedOptions.From(asked, facts));
        Assert.All(idle, each => Assert.Equal(reason, each.Reason));
        return idle.Select(each => each.Option);
    }
}
