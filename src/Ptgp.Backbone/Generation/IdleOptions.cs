namespace Ptgp.Backbone.Generation;

/// <summary>An option of writing that was asked for and changes nothing.</summary>
/// <param name="Option">The option, as users write it.</param>
/// <param name="Reason">Why, to be read after <c>because</c>, with what would make it count.</param>
public readonly record struct IdleOption(string Option, string Reason);

/// <summary>Finds options of writing that change nothing beside others.</summary>
public static class IdleOptions
{
    /// <summary>Finds them.</summary>
    /// <param name="asked">What somebody asked for. A value that asks for nothing, such as a penalty of 0, is never idle.</param>
    /// <param name="resolved">What stands in all.</param>
    public static IReadOnlyList<IdleOption> Find(GenerationOptions asked, ResolvedOptions resolved)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(resolved);
        return
        [
            .. Of(asked.MaxNewTokens is null ? null : "maxNewTokens stands", ("maxLength", asked.MaxLength is not null)),
            .. Of(resolved.DoSample ? null : asked.DoSample == true || resolved.Temperature == 0 ? "at temperature 0 nothing is drawn" : "nothing is drawn unless doSample is true",
                ("temperature", asked.Temperature is not (null or 0 or 1)), ("topK", asked.TopK is not (null or 0)), ("topP", asked.TopP is not (null or 1)), ("minP", asked.MinP is not (null or 0)),
                ("typicalP", asked.TypicalP is not (null or 1)), ("epsilonCutoff", asked.EpsilonCutoff is not (null or 0)), ("etaCutoff", asked.EtaCutoff is not (null or 0)), ("seed", asked.Seed is not null)),
            .. Of(resolved.NumBeams > 1 ? null : "numBeams is 1",
                ("lengthPenalty", asked.LengthPenalty is not (null or 1)), ("earlyStopping", asked.EarlyStopping is not (null or EarlyStopping.False)), ("patience", asked.Patience is not null),
                ("numBeamGroups", asked.NumBeamGroups is not (null or 1)), ("diversityPenalty", asked.DiversityPenalty is not (null or 0)), ("coveragePenalty", asked.CoveragePenalty is not (null or 0))),
            .. Of(resolved.NumBeams == 1 || resolved.NumBeamGroups > 1 ? null : "numBeamGroups is 1", ("diversityPenalty", asked.DiversityPenalty is not (null or 0))),
            .. Of(resolved.MostEnded is null ? null : "patience says when the search stops", ("earlyStopping", asked.EarlyStopping is not (null or EarlyStopping.False))),
            .. Of(resolved.NumBeams > 1 ? "numBeams is above 1: only where the likeliest token is written is it guessed" : resolved.DoSample ? "tokens are drawn: only where the likeliest is written is it guessed" : null,
                ("promptLookupNumTokens", asked.PromptLookupNumTokens is not (null or 0))),
            .. Of(resolved.PromptLookup > 0 ? null : "nothing is guessed unless promptLookupNumTokens is above 0", ("maxMatchingNgramSize", asked.MaxMatchingNgramSize is not null && asked.PromptLookupNumTokens is null or 0)),
            .. Of(resolved.Form is null ? null : "what a form repeats must be repeated",
                ("noRepeatNgramSize", asked.NoRepeatNgramSize is not (null or 0)), ("encoderNoRepeatNgramSize", asked.EncoderNoRepeatNgramSize is not (null or 0))),
        ];
    }

    private static IEnumerable<IdleOption> Of(string? reason, params IEnumerable<(string Name, bool IsAsked)> options) =>
        reason is null ? [] : options.Where(option => option.IsAsked).Select(option => new IdleOption(option.Name, reason));
}
