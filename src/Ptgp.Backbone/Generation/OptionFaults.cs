using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Ptgp.Backbone.Generation;

/// <summary>Finds what is wrong with generation options and says it in the words of those who write them.</summary>
internal static class OptionFaults
{
    /// <summary>Finds values that are none of their option, whatever else stands.</summary>
    public static IEnumerable<OptionFault> Values(GenerationOptions options)
    {
        foreach (var property in typeof(GenerationOptions).GetProperties())
        {
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && property.GetValue(options) is { } value && !range.IsValid(value))
            {
                var (least, most) = (Text(range.Minimum), Text(range.Maximum));
                var bounds = range.Maximum is int.MaxValue or double.MaxValue
                    ? range.MinimumIsExclusive ? $"above {least}" : $"at least {least}"
                    : $"from {least} to {most}";
                yield return new(Name(property.Name), $"must be {bounds}, but is {Text(value)}.");
            }
        }

        if (options.ExponentialDecayLengthPenalty is { } decay && (decay.Start < 0 || decay.Factor <= 0))
        {
            yield return new("exponentialDecayLengthPenalty", $"must have a start of at least 0 and a factor above 0, but has {Text(decay.Start)} and {Text(decay.Factor)}.");
        }

        if (options.SequenceBias?.Any(bias => bias.Ids is not { Count: > 0 } || !double.IsFinite(bias.Bias)) == true)
        {
            yield return new("sequenceBias", "must hold sequences of at least one id, each with a number.");
        }

        if (options.StopStrings?.Any(string.IsNullOrEmpty) == true)
        {
            yield return new("stopStrings", "must not hold an empty text.");
        }

        if (options.BadWordsIds?.Any(word => word.Count == 0) == true)
        {
            yield return new("badWordsIds", "must not hold an empty sequence.");
        }

        if (options.ForceWordsIds?.Any(word => word.Count == 0) == true || options.ForceWordsIds?.Count > Phrases.Most)
        {
            yield return new("forceWordsIds", $"must hold at most {Phrases.Most} sequences, none of them empty.");
        }

        if (options.ForceAnyWordsIds?.Any(set => set.Count == 0 || set.Any(word => word.Count == 0)) == true || options.ForceAnyWordsIds?.Count + (options.ForceWordsIds?.Count ?? 0) > Phrases.Most)
        {
            yield return new("forceAnyWordsIds", $"must hold sets of at least one sequence, none of them empty, and with the sequences of forceWordsIds at most {Phrases.Most}.");
        }
    }

    /// <summary>Finds lengths and counts that do not go together.</summary>
    public static IEnumerable<OptionFault> Contradictions(ResolvedOptions options)
    {
        if (options.NumReturnSequences > Math.Max(options.NumBeams, options.MostEnded ?? 0) && !(options.DoSample && options.NumBeams == 1))
        {
            yield return new("numReturnSequences", $"is {options.NumReturnSequences}, but numBeams is {options.NumBeams}: no more hypotheses can be returned than are kept. Raise numBeams.", "numBeams", "patience", "doSample");
        }

        if (options.MinNewTokens > options.MaxNewTokens)
        {
            yield return new("minNewTokens", $"is {options.MinNewTokens}, but maxNewTokens is {options.MaxNewTokens}. Lower the one or raise the other.", "maxNewTokens");
        }

        if (options.MinLength > options.MaxLength)
        {
            yield return new("minLength", $"is {options.MinLength}, but maxLength is {options.MaxLength}. Lower the one or raise the other.", "maxLength");
        }

        if (options.MinNewTokens >= options.MaxLength)
        {
            yield return new("minNewTokens", $"is {options.MinNewTokens}, but maxLength, which counts the start token, is {options.MaxLength}. Lower the one or raise the other.", "maxLength");
        }
    }

    /// <summary>Finds ways of searching that exclude each other.</summary>
    public static IEnumerable<OptionFault> Searches(ResolvedOptions options)
    {
        if (options.NumBeams % options.NumBeamGroups != 0)
        {
            yield return new("numBeamGroups", $"must divide numBeams, but they are {options.NumBeamGroups} and {options.NumBeams}.", "numBeams");
        }

        var forced = options.ForceWords.Count > 0 ? "forceWordsIds" : "forceAnyWordsIds";
        if (options.ForcesWords && options.NumBeams == 1)
        {
            yield return new(forced, "needs beams, but numBeams is 1. Raise numBeams.", "numBeams");
        }

        if (options.CoveragePenalty != 0 && options.Facts.WritesOn)
        {
            yield return new("coveragePenalty", "needs attention from what is written to what was read by an encoder, and this backbone has none. Leave it out.");
        }

        int[] never = [.. options.SuppressTokens, .. options.BadWords.Where(word => word.Count == 1).Select(word => word[0])];
        if (options.ForceWords.SelectMany(word => word).Intersect(never).Cast<int?>().FirstOrDefault() is { } both)
        {
            yield return new("forceWordsIds", $"asks for id {both}, but suppressTokens or badWordsIds forbids it. Take it out of one.", "suppressTokens", "badWordsIds");
        }

        if (options.ForceAnyWords.Any(set => set.All(word => word.Intersect(never).Any())))
        {
            yield return new("forceAnyWordsIds", "asks for sets of which suppressTokens or badWordsIds forbid every sequence. Take an id out of one.", "suppressTokens", "badWordsIds");
        }

        (string Name, bool IsWanted)[] all =
            [("numBeamGroups", options.NumBeamGroups > 1), (forced, options.ForcesWords), ("patience", options.MostEnded is not null), ("doSample", options.DoSample)];
        string[] ways = [.. all.Where(way => way.IsWanted).Select(way => way.Name)];
        if (ways.Length > 1 && (options.NumBeamGroups > 1 || options.ForcesWords))
        {
            yield return new(ways[0], $"and {string.Join(" and ", ways[1..])} must not stand together: each is a way of searching of its own. Leave {(ways.Length == 2 ? "one" : "all but one")} out.", [.. ways[1..]]);
        }
    }

    /// <summary>Finds ids that the backbone does not write.</summary>
    public static IEnumerable<OptionFault> UnknownIds(GenerationOptions options, DecoderFacts facts)
    {
        (string Name, IEnumerable<int> Ids)[] all =
        [
            (nameof(options.BadWordsIds), (options.BadWordsIds ?? []).SelectMany(word => word)),
            (nameof(options.ForceWordsIds), (options.ForceWordsIds ?? []).SelectMany(word => word)),
            (nameof(options.ForceAnyWordsIds), (options.ForceAnyWordsIds ?? []).SelectMany(set => set).SelectMany(word => word)),
            (nameof(options.SequenceBias), (options.SequenceBias ?? []).SelectMany(bias => bias.Ids)),
            (nameof(options.SuppressTokens), options.SuppressTokens ?? []),
            (nameof(options.BeginSuppressTokens), options.BeginSuppressTokens ?? []),
            (nameof(options.EosTokenId), options.EosTokenId ?? []),
            (nameof(options.DecoderStartTokenId), options.DecoderStartTokenId is { } start ? [start] : []),
            (nameof(options.ForcedBosTokenId), options.ForcedBosTokenId is { } first ? [first] : []),
            (nameof(options.ForcedEosTokenId), options.ForcedEosTokenId is { } last ? [last] : []),
        ];
        foreach (var (name, ids) in all)
        {
            foreach (var id in ids.Where(id => id < 0 || id >= facts.Vocabulary).Take(1))
            {
                yield return new(Name(name), $"names id {id}, but the backbone writes ids from 0 to {facts.Vocabulary - 1}.");
            }
        }
    }

    /// <summary>Leaves out what is at fault, so that the rest can be checked.</summary>
    public static GenerationOptions Without(GenerationOptions options, IReadOnlyList<OptionFault> faults)
    {
        var left = options with { };
        foreach (var property in typeof(GenerationOptions).GetProperties().Where(property => faults.Any(fault => fault.Option == Name(property.Name))))
        {
            property.SetValue(left, null);
        }

        return left;
    }

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
