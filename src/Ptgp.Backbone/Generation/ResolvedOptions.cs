using System.Globalization;
using Ptgp.Backbone.Generation.Constraints;

namespace Ptgp.Backbone.Generation;

/// <summary>Generation options with every default filled in and every contradiction refused.</summary>
public sealed record ResolvedOptions
{
    /// <summary>How many new tokens are written at most when nobody says otherwise.</summary>
    public const int DefaultNewTokens = 256;

    // So near 0 that only the likeliest token is left, and quotients grow beyond all numbers.
    private const double Coldest = 1e-30;

    private ResolvedOptions(GenerationOptions options, DecoderFacts facts)
    {
        Facts = facts;
        StartId = options.DecoderStartTokenId ?? facts.StartId;
        MaxNewTokens = options.MaxNewTokens;
        MaxLength = options.MaxLength;
        MinNewTokens = options.MinNewTokens ?? 0;
        MinLength = options.MinLength ?? 0;
        NumBeams = options.NumBeams ?? 1;
        NumReturnSequences = options.NumReturnSequences ?? 1;
        LengthPenalty = options.LengthPenalty ?? 1;
        EarlyStopping = options.EarlyStopping ?? EarlyStopping.False;
        MostEnded = options.Patience is { } patience && NumBeams > 1 ? Math.Max(1, (int)Math.Round(NumBeams * patience)) : null;
        NumBeamGroups = NumBeams > 1 ? options.NumBeamGroups ?? 1 : 1;
        DiversityPenalty = options.DiversityPenalty ?? 0;
        CoveragePenalty = NumBeams > 1 ? options.CoveragePenalty ?? 0 : 0;
        ForceWords = [.. options.ForceWordsIds ?? []];
        ForceAnyWords = [.. options.ForceAnyWordsIds ?? []];
        PromptLookup = NumBeams == 1 && !(options.DoSample == true && !(options.Temperature < Coldest)) ? options.PromptLookupNumTokens ?? 0 : 0;
        MaxMatchingNgramSize = options.MaxMatchingNgramSize ?? 2;
        NoRepeatNgramSize = options.NoRepeatNgramSize ?? 0;
        EncoderNoRepeatNgramSize = options.EncoderNoRepeatNgramSize ?? 0;
        RepetitionPenalty = options.RepetitionPenalty ?? 1;
        EncoderRepetitionPenalty = options.EncoderRepetitionPenalty ?? 1;
        DoSample = options.DoSample == true && !(options.Temperature < Coldest);
        Temperature = options.Temperature ?? 1;
        TopK = options.TopK ?? 50;
        TopP = options.TopP ?? 1;
        MinP = options.MinP ?? 0;
        TypicalP = options.TypicalP ?? 1;
        EpsilonCutoff = options.EpsilonCutoff ?? 0;
        EtaCutoff = options.EtaCutoff ?? 0;
        Seed = options.Seed;
        SequenceBias = [.. options.SequenceBias ?? []];
        StopStrings = [.. options.StopStrings ?? []];
        MaxTime = options.MaxTime is { } seconds && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
        EndIds = options.EosTokenId is { Count: > 0 } ends ? [.. ends] : [facts.EndId];
        BadWords = [.. (options.BadWordsIds ?? []).Select(word => word.ToArray()).Where(word => word.Length != 1 || !EndIds.Contains(word[0]))];
        SuppressTokens = [.. options.SuppressTokens ?? []];
        BeginSuppressTokens = [.. options.BeginSuppressTokens ?? []];
        ForcedBosTokenId = options.ForcedBosTokenId;
        ForcedEosTokenId = options.ForcedEosTokenId;
        EndDecay = options.ExponentialDecayLengthPenalty;
        RenormalizeLogits = options.RenormalizeLogits ?? false;
    }

    /// <summary>Gets what the options were resolved for.</summary>
    public DecoderFacts Facts { get; }

    /// <summary>Gets the id that stands before everything that is written.</summary>
    public int StartId { get; }

    /// <summary>Gets the most new tokens, whatever <see cref="MaxLength"/> says; null when that or the default stands.</summary>
    public int? MaxNewTokens { get; }

    /// <summary>Gets the longest sequence, start token and prefix included; null when <see cref="MaxNewTokens"/> or the default stands.</summary>
    public int? MaxLength { get; }

    /// <summary>Gets the fewest new tokens.</summary>
    public int MinNewTokens { get; }

    /// <summary>Gets the shortest sequence, start token and prefix included.</summary>
    public int MinLength { get; }

    /// <summary>Gets how many hypotheses are kept.</summary>
    public int NumBeams { get; }

    /// <summary>Gets how many hypotheses are returned.</summary>
    public int NumReturnSequences { get; }

    /// <summary>Gets the power of the length that scores are divided by.</summary>
    public double LengthPenalty { get; }

    /// <summary>Gets when beam search stops.</summary>
    public EarlyStopping EarlyStopping { get; }

    /// <summary>Gets after how many ended hypotheses beam search stops; null leaves it to <see cref="EarlyStopping"/>.</summary>
    public int? MostEnded { get; }

    /// <summary>Gets into how many groups beams are divided.</summary>
    public int NumBeamGroups { get; }

    /// <summary>Gets what is taken from the score of a token for each beam of an earlier group that has just chosen it.</summary>
    public double DiversityPenalty { get; }

    /// <summary>Gets by how much hypotheses are worsened that leave parts of the input out; 0 for not at all.</summary>
    public double CoveragePenalty { get; }

    /// <summary>Gets the sequences that must be written.</summary>
    public IReadOnlyList<IReadOnlyList<int>> ForceWords { get; }

    /// <summary>Gets sets of sequences, of each of which one must be written.</summary>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> ForceAnyWords { get; }

    /// <summary>Gets whether anything must be written.</summary>
    public bool ForcesWords => ForceWords.Count > 0 || ForceAnyWords.Count > 0;

    /// <summary>Gets how many tokens are guessed at a time from what stands there already; 0 for none, and wherever it is not the likeliest that is written.</summary>
    public int PromptLookup { get; }

    /// <summary>Gets how many tokens at most must be the same where what follows is guessed.</summary>
    public int MaxMatchingNgramSize { get; }

    /// <summary>Gets the size of n-grams that may not occur twice; 0 allows all.</summary>
    public int NoRepeatNgramSize { get; }

    /// <summary>Gets the size of n-grams of the input that may not be written; 0 allows all.</summary>
    public int EncoderNoRepeatNgramSize { get; }

    /// <summary>Gets the factor by which tokens already written are worsened.</summary>
    public double RepetitionPenalty { get; }

    /// <summary>Gets the factor by which tokens that the input lacks are worsened.</summary>
    public double EncoderRepetitionPenalty { get; }

    /// <summary>Gets whether tokens are drawn; at temperature 0 they are not.</summary>
    public bool DoSample { get; }

    /// <summary>Gets what scores are divided by before a draw.</summary>
    public double Temperature { get; }

    /// <summary>Gets how many of the likeliest tokens one is drawn from; 0 is all.</summary>
    public int TopK { get; }

    /// <summary>Gets the probability of the likeliest tokens that one is drawn from; 1 is all.</summary>
    public double TopP { get; }

    /// <summary>Gets the share of the likeliest token's probability that a drawn one has; 0 is all.</summary>
    public double MinP { get; }

    /// <summary>Gets the probability of the most typical tokens that one is drawn from; 1 is all.</summary>
    public double TypicalP { get; }

    /// <summary>Gets the least probability of a drawn token.</summary>
    public double EpsilonCutoff { get; }

    /// <summary>Gets the least probability of a drawn token where one is far likelier than the others.</summary>
    public double EtaCutoff { get; }

    /// <summary>Gets what draws come from; null for anything.</summary>
    public long? Seed { get; }

    /// <summary>Gets what is added to scores where sequences would be completed.</summary>
    public IReadOnlyList<SequenceBias> SequenceBias { get; }

    /// <summary>Gets the texts that end a sequence.</summary>
    public IReadOnlyList<string> StopStrings { get; }

    /// <summary>Gets after how much writing a sequence ends; null for no limit.</summary>
    public TimeSpan? MaxTime { get; }

    /// <summary>Gets how many tokens no cut may leave fewer of: 1, and in beam search one more than can end a sequence.</summary>
    public int FewestDrawn => NumBeams == 1 ? 1 : 1 + EndIds.Count;

    /// <summary>Gets the ids that end a sequence.</summary>
    public IReadOnlyList<int> EndIds { get; }

    /// <summary>Gets sequences that may not be written; an end id alone is not among them.</summary>
    public IReadOnlyList<IReadOnlyList<int>> BadWords { get; }

    /// <summary>Gets ids that may not be written.</summary>
    public IReadOnlyList<int> SuppressTokens { get; }

    /// <summary>Gets ids that may not be written first.</summary>
    public IReadOnlyList<int> BeginSuppressTokens { get; }

    /// <summary>Gets the id that is written first.</summary>
    public int? ForcedBosTokenId { get; }

    /// <summary>Gets the id that is written last.</summary>
    public int? ForcedEosTokenId { get; }

    /// <summary>Gets how the end grows likelier.</summary>
    public ExponentialDecay? EndDecay { get; }

    /// <summary>Gets the form that what is written keeps to; null for any.</summary>
    internal TokenAutomaton? Form { get; private init; }

    /// <summary>Gets whether scores are normalized again after the rules.</summary>
    public bool RenormalizeLogits { get; }

    /// <summary>Fills in defaults.</summary>
    /// <exception cref="ArgumentException">A value is out of range or two contradict each other; the message names all of them as users write them.</exception>
    public static ResolvedOptions From(GenerationOptions options, DecoderFacts facts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(facts);
        var (resolved, faults) = Resolve(options, facts);
        return faults.Count == 0 ? resolved : throw new ArgumentException(string.Join(' ', faults));
    }

    /// <summary>Finds all that is wrong with options; nothing where <see cref="From"/> takes them.</summary>
    public static IReadOnlyList<OptionFault> FindFaults(GenerationOptions options, DecoderFacts facts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(facts);
        return Resolve(options, facts).Faults;
    }

    // What is wrong by itself is not held against others.
    private static (ResolvedOptions Options, IReadOnlyList<OptionFault> Faults) Resolve(GenerationOptions options, DecoderFacts facts)
    {
        List<OptionFault> faults = [.. OptionFaults.Values(options), .. OptionFaults.UnknownIds(options, facts)];
        var wrong = faults.Select(fault => fault.Option).ToHashSet();
        var sound = wrong.Count == 0 ? options : OptionFaults.Without(options, faults);
        ResolvedOptions resolved = new(sound, facts);
        faults.AddRange(OptionFaults.Contradictions(resolved).Concat(OptionFaults.Searches(resolved)).Where(fault => !fault.Options.Any(wrong.Contains)));
        return (resolved with { Form = OptionForm.Of(sound, facts.Tokenizer, faults) }, faults);
    }

    /// <summary>Gets how long a sequence may grow, start token and prefix included, or what was read and prefix where these begin it.</summary>
    /// <param name="prefixLength">How long the prefix is.</param>
    /// <param name="beginning">How long the beginning before it is: 1 for the start token.</param>
    /// <exception cref="ArgumentException">Nothing can be written after a prefix of this length.</exception>
    public int LongestAfter(int prefixLength, int beginning = 1)
    {
        var given = beginning + prefixLength;
        var wanted = MaxNewTokens is null && MaxLength is { } length ? length : given + (long)(MaxNewTokens ?? DefaultNewTokens);
        var longest = (int)Math.Min(wanted, Facts.MaxLength);
        return longest > given ? longest : throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"Nothing can be written after {(Facts.WritesOn ? $"an input of {beginning} tokens" : "a start token")} and a prefix of {prefixLength} tokens, because {(wanted > Facts.MaxLength ? "the backbone writes" : "maxLength is")} {longest}. {(wanted > Facts.MaxLength ? Facts.WritesOn ? "Shorten the input." : "Shorten the prefix." : "Raise maxLength, or give maxNewTokens instead.")}"));
    }
}
