using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <summary>How sequences are written. Names and meanings are those of Hugging Face's <c>GenerationConfig</c>, in camel case where they are written down.</summary>
/// <remarks>
/// An option that is null was not asked for. What stands comes first from the head (<see cref="WritingRequest.Options"/>: what an
/// answer of this task must keep to), then from the caller, the task's configuration, the plugin (<c>Generation</c>: what suits the
/// task), the checkpoint's <c>generation_config.json</c> and last the defaults named here.
/// </remarks>
public sealed partial record GenerationOptions
{
    /// <summary>Gets the most tokens to write, not counting the start token and prefix.</summary>
    /// <value>At least 1. Without it, <see cref="MaxLength"/> stands.</value>
    [Range(1, int.MaxValue)]
    public int? MaxNewTokens { get; init; }

    /// <summary>Gets the longest sequence, counting the start token and prefix.</summary>
    /// <value>At least 1. Without it or <see cref="MaxNewTokens"/>, 256 new tokens, or as many as the backbone's positions allow.</value>
    [Range(1, int.MaxValue)]
    public int? MaxLength { get; init; }

    /// <summary>Gets the fewest tokens to write before the end.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int? MinNewTokens { get; init; }

    /// <summary>Gets the shortest sequence, counting the start token and prefix.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int? MinLength { get; init; }

    /// <summary>Takes from <paramref name="other"/> what is null here.</summary>
    public GenerationOptions Or(GenerationOptions? other) => other is null ? this : new()
    {
        MaxNewTokens = MaxNewTokens ?? (MaxLength is null ? other.MaxNewTokens : null),
        MaxLength = MaxLength ?? (MaxNewTokens is null ? other.MaxLength : null),
        MinNewTokens = MinNewTokens ?? other.MinNewTokens,
        MinLength = MinLength ?? other.MinLength,
        NumBeams = NumBeams ?? other.NumBeams,
        NumReturnSequences = NumReturnSequences ?? other.NumReturnSequences,
        LengthPenalty = LengthPenalty ?? other.LengthPenalty,
        EarlyStopping = EarlyStopping ?? other.EarlyStopping,
        Patience = Patience ?? other.Patience,
        NumBeamGroups = NumBeamGroups ?? other.NumBeamGroups,
        DiversityPenalty = DiversityPenalty ?? other.DiversityPenalty,
        CoveragePenalty = CoveragePenalty ?? other.CoveragePenalty,
        ForceWordsIds = ForceWordsIds ?? other.ForceWordsIds,
        ForceAnyWordsIds = ForceAnyWordsIds ?? other.ForceAnyWordsIds,
        PromptLookupNumTokens = PromptLookupNumTokens ?? other.PromptLookupNumTokens,
        MaxMatchingNgramSize = MaxMatchingNgramSize ?? other.MaxMatchingNgramSize,
        NoRepeatNgramSize = NoRepeatNgramSize ?? other.NoRepeatNgramSize,
        EncoderNoRepeatNgramSize = EncoderNoRepeatNgramSize ?? other.EncoderNoRepeatNgramSize,
        RepetitionPenalty = RepetitionPenalty ?? other.RepetitionPenalty,
        EncoderRepetitionPenalty = EncoderRepetitionPenalty ?? other.EncoderRepetitionPenalty,
        DoSample = DoSample ?? other.DoSample,
        Temperature = Temperature ?? other.Temperature,
        TopK = TopK ?? other.TopK,
        TopP = TopP ?? other.TopP,
        MinP = MinP ?? other.MinP,
        TypicalP = TypicalP ?? other.TypicalP,
        EpsilonCutoff = EpsilonCutoff ?? other.EpsilonCutoff,
        EtaCutoff = EtaCutoff ?? other.EtaCutoff,
        Seed = Seed ?? other.Seed,
        SequenceBias = SequenceBias ?? other.SequenceBias,
        StopStrings = StopStrings ?? other.StopStrings,
        MaxTime = MaxTime ?? other.MaxTime,
        BadWordsIds = BadWordsIds ?? other.BadWordsIds,
        SuppressTokens = SuppressTokens ?? other.SuppressTokens,
        BeginSuppressTokens = BeginSuppressTokens ?? other.BeginSuppressTokens,
        DecoderStartTokenId = DecoderStartTokenId ?? other.DecoderStartTokenId,
        ForcedBosTokenId = ForcedBosTokenId ?? other.ForcedBosTokenId,
        ForcedEosTokenId = ForcedEosTokenId ?? other.ForcedEosTokenId,
        EosTokenId = EosTokenId ?? other.EosTokenId,
        ExponentialDecayLengthPenalty = ExponentialDecayLengthPenalty ?? other.ExponentialDecayLengthPenalty,
        JsonSchema = JsonSchema ?? (Regex is null ? other.JsonSchema : null),
        Regex = Regex ?? (JsonSchema is null ? other.Regex : null),
        RenormalizeLogits = RenormalizeLogits ?? other.RenormalizeLogits,
    };
}
