using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <summary>How sequences are written. Names and meanings are those of Hugging Face's <c>GenerationConfig</c>, in camel case where they are written down.</summary>
/// <remarks>
/// An option that is null was not asked for. What stands comes first from the head (<see cref="WritingRequest.Options"/>: what an
/// answer of this task must keep to), then from the caller, the task's configuration, the plugin (<c>Generation</c>: what suits the
/// task), the checkpoint's <c>generation_config.json</c> and last the defaults named here.
/// </remarks>
public sealed record GenerationOptions
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

    /// <summary>Gets how many hypotheses are kept; 1 is greedy, or sampling without beams.</summary>
    /// <value>From 1 to 64. The default is 1.</value>
    [Range(1, 64)]
    public int? NumBeams { get; init; }

    /// <summary>Gets how many hypotheses are returned, best first. Sampling without beams draws each for itself.</summary>
    /// <value>From 1 to <see cref="NumBeams"/>, or to <see cref="Patience"/> times as many, or to 64 where they are drawn. The default is 1.</value>
    [Range(1, 64)]
    public int? NumReturnSequences { get; init; }

    /// <summary>Gets the power of the length by which the score of a finished hypothesis is divided; above 0 favours long ones.</summary>
    /// <value>The default is 1.</value>
    [Range(-10.0, 10.0)]
    public double? LengthPenalty { get; init; }

    /// <summary>Gets when beam search stops.</summary>
    /// <value>The default is <see cref="Ptgp.EarlyStopping.False"/>.</value>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Gets how patient beam search is: it stops when this many times <see cref="NumBeams"/> hypotheses have ended, the first ones that do, whatever <see cref="EarlyStopping"/> says (Kasai et al. 2022; Whisper searches so, with 1).</summary>
    /// <value>Above 0. Null, the default, leaves it to <see cref="EarlyStopping"/>.</value>
    [Range(0.0, 64.0, MinimumIsExclusive = true)]
    public double? Patience { get; init; }

    /// <summary>Gets into how many groups the beams are divided, each of which avoids what those before it write (Vijayakumar et al. 2018).</summary>
    /// <value>From 1, the default, to <see cref="NumBeams"/>, which it must divide. Not beside <see cref="DoSample"/> or <see cref="Patience"/>.</value>
    [Range(1, 64)]
    public int? NumBeamGroups { get; init; }

    /// <summary>Gets what is taken from the score of a token for each beam of an earlier group that has just chosen it.</summary>
    /// <value>At least 0, the default.</value>
    [Range(0.0, double.MaxValue)]
    public double? DiversityPenalty { get; init; }

    /// <summary>Gets by how much a finished hypothesis is worsened that leaves parts of the input out: this times the sum, over the input's tokens, of the logarithm of all attention that each has had, where that is below 1 (Wu et al. 2016). The attention is the mean over all layers and heads.</summary>
    /// <value>At least 0, the default. Counts only in beam search, on a backbone with an encoder.</value>
    [Range(0.0, double.MaxValue)]
    public double? CoveragePenalty { get; init; }

    /// <summary>Gets sequences of token ids that must all be written, each in one piece, unless rules forbid it (dynamic beam allocation, Post and Vilar 2018).</summary>
    /// <value>At most 64. Needs <see cref="NumBeams"/> above 1, the more the better; not beside <see cref="DoSample"/>, <see cref="NumBeamGroups"/> or <see cref="Patience"/>.</value>
    public IReadOnlyList<IReadOnlyList<int>>? ForceWordsIds { get; init; }

    /// <summary>Gets how many tokens at most are guessed at a time by copying what followed the last tokens where they stood before, in the input or in what was written. What is written stays the same; where much is copied, it is written sooner.</summary>
    /// <value>From 0, the default, which guesses none, to 64. Counts only where the likeliest token is written: not with beams or where tokens are drawn.</value>
    [Range(0, 64)]
    public int? PromptLookupNumTokens { get; init; }

    /// <summary>Gets how many tokens at most must be the same for what follows them to be guessed; where none are found, fewer will do.</summary>
    /// <value>At least 1. The default is 2.</value>
    [Range(1, int.MaxValue)]
    public int? MaxMatchingNgramSize { get; init; }

    /// <summary>Gets the size of n-grams that may not occur twice; 0 allows all.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int? NoRepeatNgramSize { get; init; }

    /// <summary>Gets the size of n-grams of the input that may not be written; 0 allows all.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int? EncoderNoRepeatNgramSize { get; init; }

    /// <summary>Gets the factor by which scores of tokens already written are worsened (Keskar et al. 2019, section 4.1).</summary>
    /// <value>Above 0. The default is 1, which changes nothing.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? RepetitionPenalty { get; init; }

    /// <summary>Gets the factor by which scores of tokens that the input lacks are worsened.</summary>
    /// <value>Above 0. The default is 1, which changes nothing.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? EncoderRepetitionPenalty { get; init; }

    /// <summary>Gets whether each token is drawn by its probability; otherwise the likeliest are written.</summary>
    /// <value>The default is false.</value>
    public bool? DoSample { get; init; }

    /// <summary>Gets what scores are divided by before a token is drawn: below 1 favours likely tokens, above 1 evens them out, and 0 writes the likeliest as if nothing were drawn. Counts only where <see cref="DoSample"/> is true, as do all options of drawing.</summary>
    /// <value>At least 0. The default is 1.</value>
    [Range(0.0, double.MaxValue)]
    public double? Temperature { get; init; }

    /// <summary>Gets how many of the likeliest tokens one is drawn from; 0 is all.</summary>
    /// <value>The default is 50.</value>
    [Range(0, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Gets the probability that the likeliest tokens must have together; one is drawn from the fewest that do (Holtzman et al. 2020).</summary>
    /// <value>From 0 to 1. The default is 1, which is all.</value>
    [Range(0.0, 1.0)]
    public double? TopP { get; init; }

    /// <summary>Gets the share of the likeliest token's probability that a token must have to be drawn (Nguyen et al. 2024).</summary>
    /// <value>From 0 to 1. The default is 0, which is all.</value>
    [Range(0.0, 1.0)]
    public double? MinP { get; init; }

    /// <summary>Gets the probability that the most typical tokens, those about as surprising as is to be expected, must have together; one is drawn from the fewest that do (Meister et al. 2023).</summary>
    /// <value>From 0 to 1. The default is 1, which is all.</value>
    [Range(0.0, 1.0)]
    public double? TypicalP { get; init; }

    /// <summary>Gets the probability that a token must have to be drawn (Hewitt et al. 2022).</summary>
    /// <value>From 0 to 1. The default is 0, which is all.</value>
    [Range(0.0, 1.0)]
    public double? EpsilonCutoff { get; init; }

    /// <summary>Gets the probability that a token must have to be drawn, lowered where many tokens are about as likely (Hewitt et al. 2022).</summary>
    /// <value>From 0 to 1. The default is 0, which is all.</value>
    [Range(0.0, 1.0)]
    public double? EtaCutoff { get; init; }

    /// <summary>Gets what the draws come from: the same seed, input and options give the same text, whatever else is written at the time.</summary>
    /// <value>The default is another one for each request.</value>
    public long? Seed { get; init; }

    /// <summary>Gets what is added to the score of a token where it would complete one of these sequences of token ids.</summary>
    public IReadOnlyList<SequenceBias>? SequenceBias { get; init; }

    /// <summary>Gets texts that end a sequence as soon as they are written. The text ends before them; the ids hold the tokens they came with.</summary>
    public IReadOnlyList<string>? StopStrings { get; init; }

    /// <summary>Gets after how many seconds of writing a sequence ends with its next token. Waiting and reading do not count.</summary>
    /// <value>Above 0. The default is no limit.</value>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? MaxTime { get; init; }

    /// <summary>Gets sequences of token ids that may not be written.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? BadWordsIds { get; init; }

    /// <summary>Gets token ids that may not be written.</summary>
    public IReadOnlyList<int>? SuppressTokens { get; init; }

    /// <summary>Gets token ids that may not be written first.</summary>
    public IReadOnlyList<int>? BeginSuppressTokens { get; init; }

    /// <summary>Gets the token id that stands before everything that is written, and is no part of it.</summary>
    /// <value>The default is what the checkpoint was trained with.</value>
    public int? DecoderStartTokenId { get; init; }

    /// <summary>Gets the token id that is written first, such as the target language's.</summary>
    public int? ForcedBosTokenId { get; init; }

    /// <summary>Gets the token id that is written last when the length runs out.</summary>
    public int? ForcedEosTokenId { get; init; }

    /// <summary>Gets the token ids that end a sequence.</summary>
    /// <value>The default is the tokenizer's end.</value>
    public IReadOnlyList<int>? EosTokenId { get; init; }

    /// <summary>Gets after how many new tokens the end grows likelier, and by which factor a token.</summary>
    public ExponentialDecay? ExponentialDecayLengthPenalty { get; init; }

    /// <summary>Gets the JSON Schema that what is written keeps to, as JSON text: the answer always parses and holds to it, unless its length ends it.</summary>
    /// <value>The default is any text. Not beside <see cref="Regex"/>.</value>
    public string? JsonSchema { get; init; }

    /// <summary>Gets the regular expression that all of what is written matches, unless its length ends it. A vocabulary of SentencePiece may put a blank before it.</summary>
    /// <value>The default is any text.</value>
    public string? Regex { get; init; }

    /// <summary>Gets whether scores are normalized again after the rules have changed them.</summary>
    /// <value>The default is false.</value>
    public bool? RenormalizeLogits { get; init; }

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

/// <summary>When beam search stops; written <c>false</c>, <c>true</c> or <c>"never"</c>.</summary>
public enum EarlyStopping
{
    /// <summary>When the best unfinished hypothesis, were it to end now, could not enter the list.</summary>
    False,

    /// <summary>As soon as as many hypotheses as beams have ended.</summary>
    True,

    /// <summary>Only when no unfinished hypothesis, however long it grows, could enter the list.</summary>
    Never,
}

/// <summary>A sequence of tokens is made likelier, or less likely.</summary>
/// <param name="Ids">The token ids, at least one.</param>
/// <param name="Bias">What is added to the score of the last of them where the others stand before it.</param>
public readonly record struct SequenceBias(IReadOnlyList<int> Ids, double Bias);

/// <summary>The end of a sequence grows likelier with its length.</summary>
/// <param name="Start">After how many new tokens.</param>
/// <param name="Factor">The factor, to the power of the tokens since.</param>
public readonly record struct ExponentialDecay(int Start, double Factor);
