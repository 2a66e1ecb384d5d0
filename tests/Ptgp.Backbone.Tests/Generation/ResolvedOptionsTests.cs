using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

public class ResolvedOptionsTests
{
    private static readonly DecoderFacts Facts = new(100, 0, 1, 64);

    [Fact]
    public void WhatNobodyAskedForIsTheDefault()
    {
        var options = ResolvedOptions.From(new(), Facts);
        Assert.Equal((1, 1, 1.0, EarlyStopping.False, false), (options.NumBeams, options.NumReturnSequences, options.LengthPenalty, options.EarlyStopping, options.RenormalizeLogits));
        Assert.Equal([1], options.EndIds);
        Assert.Equal(0, options.StartId);
    }

    [Fact]
    public void TheDefaultLengthIs256NewTokensOrAsManyAsThereArePositions()
    {
        Assert.Equal(64, ResolvedOptions.From(new(), Facts).LongestAfter(3));
        Assert.Equal(260, ResolvedOptions.From(new(), Facts with { MaxLength = int.MaxValue }).LongestAfter(3));
        Assert.Equal(9, ResolvedOptions.From(new() { MaxNewTokens = 5 }, Facts).LongestAfter(3));
        Assert.Equal(5, ResolvedOptions.From(new() { MaxLength = 5 }, Facts).LongestAfter(3));
        Assert.Equal(9, ResolvedOptions.From(new() { MaxNewTokens = 5, MaxLength = 50 }, Facts).LongestAfter(3));
    }

    [Fact]
    public void APrefixThatFillsTheLengthIsRefused()
    {
        var options = ResolvedOptions.From(new() { MaxLength = 4 }, Facts);
        Assert.Equal(
            "Nothing can be written after a start token and a prefix of 3 tokens, because maxLength is 4. Raise maxLength, or give maxNewTokens instead.",
            Assert.Throws<ArgumentException>(() => options.LongestAfter(3)).Message);
        Assert.Equal(
            "Nothing can be written after a start token and a prefix of 63 tokens, because the backbone writes 64. Shorten the prefix.",
            Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new(), Facts).LongestAfter(63)).Message);
    }

    [Fact]
    public void EveryFaultIsNamedAtOnceAsUsersWriteIt()
    {
        var fault = Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { NumBeams = 0, LengthPenalty = 11, RepetitionPenalty = 0, MaxNewTokens = 0 }, Facts));
        Assert.Equal(
            "maxNewTokens must be at least 1, but is 0. numBeams must be from 1 to 64, but is 0. lengthPenalty must be from -10 to 10, but is 11. repetitionPenalty must be above 0, but is 0.",
            fault.Message);
    }

    [Fact]
    public void AValueThatIsNoneHidesNoOtherFaultAndIsHeldAgainstNone()
    {
        GenerationOptions options = new() { NumBeams = 0, NumReturnSequences = 3, StopStrings = [""], ForceWordsIds = [[]], SuppressTokens = [100], MinNewTokens = 9, MaxNewTokens = 8, Regex = "" };
        Assert.Equal(["numBeams", "stopStrings", "forceWordsIds", "suppressTokens", "minNewTokens", "regex"], ResolvedOptions.FindFaults(options, Facts).Select(fault => fault.Option));
        Assert.Empty(ResolvedOptions.FindFaults(new(), Facts));
        Assert.Equal(["numReturnSequences", "numBeams"], Assert.Single(ResolvedOptions.FindFaults(new() { NumReturnSequences = 3 }, Facts)).Options.Take(2));
    }

    [Fact]
    public void ContradictionsNameBothOptions()
    {
        var fault = Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { NumReturnSequences = 3, NumBeams = 2, MinNewTokens = 9, MaxNewTokens = 8 }, Facts));
        Assert.Equal(
            "numReturnSequences is 3, but numBeams is 2: no more hypotheses can be returned than are kept. Raise numBeams. minNewTokens is 9, but maxNewTokens is 8. Lower the one or raise the other.",
            fault.Message);
        Assert.Equal(
            "minLength is 9, but maxLength is 8. Lower the one or raise the other.",
            Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { MinLength = 9, MaxLength = 8 }, Facts)).Message);
    }

    [Fact]
    public void IdsMustBeAmongThoseTheBackboneWrites() => Assert.Equal(
        "badWordsIds names id 100, but the backbone writes ids from 0 to 99. forcedBosTokenId names id -1, but the backbone writes ids from 0 to 99.",
        Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { BadWordsIds = [[4, 100, 101]], ForcedBosTokenId = -1 }, Facts)).Message);

    [Fact]
    public void SamplingHasTheReferencesDefaultsAndAtTemperatureZeroIsNone()
    {
        var options = ResolvedOptions.From(new() { DoSample = true, NumReturnSequences = 3 }, Facts);
        Assert.Equal((true, 1.0, 50, 1.0, 0.0, 1.0, 0.0, 0.0), (options.DoSample, options.Temperature, options.TopK, options.TopP, options.MinP, options.TypicalP, options.EpsilonCutoff, options.EtaCutoff));
        Assert.False(ResolvedOptions.From(new() { DoSample = true, Temperature = 0 }, Facts).DoSample);
        Assert.False(ResolvedOptions.From(new() { Temperature = 0.7, TopP = 0.5 }, Facts).DoSample);
        Assert.Equal((1, 3), (options.FewestDrawn, ResolvedOptions.From(new() { DoSample = true, NumBeams = 2, EosTokenId = [1, 5] }, Facts).FewestDrawn));
    }

    [Fact]
    public void FaultsOfSamplingStopsAndBiasesAreNamed()
    {
        var fault = Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { Temperature = -1, TopK = -1, TopP = 1.5, MaxTime = 0, StopStrings = [""], SequenceBias = [new([], 2)] }, Facts));
        Assert.Equal(
            "temperature must be at least 0, but is -1. topK must be at least 0, but is -1. topP must be from 0 to 1, but is 1.5. maxTime must be above 0, but is 0. "
            + "sequenceBias must hold sequences of at least one id, each with a number. stopStrings must not hold an empty text.",
            fault.Message);
        Assert.Equal(
            "sequenceBias names id 100, but the backbone writes ids from 0 to 99.",
            Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { SequenceBias = [new([3, 100], 2)] }, Facts)).Message);
    }

    [Fact]
    public void AnEndAloneIsNoBadWord() => Assert.Equal([[4]], ResolvedOptions.From(new() { BadWordsIds = [[1], [4]] }, Facts).BadWords);
}
