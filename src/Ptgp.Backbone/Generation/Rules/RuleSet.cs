namespace Ptgp.Backbone.Generation.Rules;

/// <summary>The rules of one request, in the order in which they act.</summary>
internal sealed class RuleSet
{
    private readonly TokenRule[][] byPhase;

    private RuleSet(IEnumerable<TokenRule> rules, IEnumerable<int> alwaysForbidden, bool renormalizes)
    {
        byPhase = [.. Phases.Select(phase => rules.Where(rule => rule.Phase == phase).ToArray())];
        AlwaysForbidden = [.. alwaysForbidden.Distinct().Order()];
        Renormalizes = renormalizes;
    }

    /// <summary>Gets all phases, in order.</summary>
    public static IReadOnlyList<RulePhase> Phases { get; } = Enum.GetValues<RulePhase>();

    /// <summary>Gets the ids that may never be written. They are not among the rules, because all rows of a batch mostly share them.</summary>
    public IReadOnlyList<int> AlwaysForbidden { get; }

    /// <summary>Gets whether scores are normalized after the rules.</summary>
    public bool Renormalizes { get; }

    /// <summary>Tells whether a rule reads the scores it changes, or sets one, so that it matters whether they are logits or log-probabilities.</summary>
    /// <param name="length">How many tokens stand before.</param>
    public bool ReadsScores(int length) => Array.Exists(byPhase, rules => Array.Exists(rules, rule => rule.ReadsScores(length)));

    /// <summary>Gets the rules of a phase.</summary>
    public IReadOnlyList<TokenRule> this[RulePhase phase] => byPhase[(int)phase];

    /// <summary>Makes the rules that the options ask for, and those of the caller.</summary>
    /// <param name="options">The options.</param>
    /// <param name="beginning">How many tokens stand before the prefix: the start token, or what was read.</param>
    /// <param name="prefixLength">How many tokens of a prefix follow them.</param>
    /// <param name="longest">How long the sequence may grow, start token and prefix included.</param>
    /// <param name="source">The tokens that were read; empty when frames were.</param>
    /// <param name="custom">The caller's own rules.</param>
    public static RuleSet From(ResolvedOptions options, int beginning, int prefixLength, int longest, int[] source, IEnumerable<LogitsRule> custom)
    {
        var given = beginning + prefixLength;
        List<TokenRule> rules = [];
        AddIf(options.SequenceBias.Count > 0, () => new BiasedSequences(options.SequenceBias));
        AddIf(options.EncoderRepetitionPenalty != 1, () => new SourcePenalty(source, (float)options.EncoderRepetitionPenalty));
        AddIf(options.RepetitionPenalty != 1, () => new RepetitionPenalty((float)options.RepetitionPenalty));
        // What a form repeats must be repeated.
        AddIf(options.NoRepeatNgramSize > 0 && options.Form is null, () => new NoRepeatedNgrams(options.NoRepeatNgramSize));
        AddIf(options.EncoderNoRepeatNgramSize > 0 && options.Form is null, () => new NoSourceNgrams(source, options.EncoderNoRepeatNgramSize));
        AddIf(options.BadWords.Any(word => word.Count > 1), () => new ForbiddenWords(options.BadWords.Where(word => word.Count > 1)));
        var shortest = Math.Max(options.MinLength, options.MinNewTokens == 0 ? 0 : given + options.MinNewTokens);
        AddIf(shortest > given, () => new ForbiddenBefore(options.EndIds, shortest));

        // Where the first token is forced, the one after it counts as first.
        var first = given == 1 && options.ForcedBosTokenId is not null ? 2 : given;
        AddIf(options.BeginSuppressTokens.Count > 0, () => new ForbiddenAt(options.BeginSuppressTokens, first));
        AddIf(options.Form is not null, () => new ConstraintRule(options.Form!, options.EndIds, given));
        rules.AddRange(custom.Select(rule => new CallerRule(rule, beginning, prefixLength, options.Facts.Vocabulary)));
        AddIf(options.ForcedBosTokenId is not null, () => new ForcedAt(options.ForcedBosTokenId!.Value, 1));
        AddIf(options.ForcedEosTokenId is not null, () => new ForcedAt(options.ForcedEosTokenId!.Value, longest - 1));
        AddIf(options.EndDecay is not null, () => new EndDecay(options.EndIds, given + options.EndDecay!.Value.Start, options.EndDecay.Value.Factor));
        return new(rules, options.SuppressTokens.Concat(options.BadWords.Where(word => word.Count == 1).Select(word => word[0])), options.RenormalizeLogits);

        void AddIf(bool wanted, Func<TokenRule> make)
        {
            if (wanted)
            {
                rules.Add(make());
            }
        }
    }
}
