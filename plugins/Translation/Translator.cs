using Ptgp.Toolkit.Alignment;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Translation;

/// <summary>Translates what the backbone reads at once.</summary>
internal sealed class Translator
{
    private readonly IBackbone backbone;
    private readonly TranslationOptions options;
    private readonly UnknownWords? unknown;
    private readonly IReadOnlyList<AttentionHead>? heads;

    /// <summary>Makes a translator.</summary>
    /// <exception cref="OptionException">An option does not hold.</exception>
    /// <exception cref="FormatException">The options ask for what the backbone does not have.</exception>
    public Translator(IBackbone backbone, TranslationOptions options)
    {
        (this.backbone, this.options) = (backbone, options);
        Require(options.Alignments, "alignments");
        Require(options.ReplaceUnknown, "replaceUnknown");
        unknown = options.ReplaceUnknown && backbone.Tokenizer.UnknownId is { } id ? Unknown(id, options.Dictionary) : null;
        if (options.AlignmentHeads?.FirstOrDefault(head => head is not [>= 0, >= 0]) is { } wrong)
        {
            throw new OptionException("alignmentHeads", $"must hold pairs of a layer and a head, both counted from 0, such as [[2, 0]], but one is [{string.Join(", ", wrong)}].");
        }

        // Without a word of either, the mean of all.
        heads = options.AlignmentHeads is { } chosen ? [.. chosen.Select(head => new AttentionHead(head[0], head[1]))]
            : backbone.Description.AlignmentHeads is { Count: > 0 } known ? known : null;
    }

    /// <summary>Encodes a text as the backbone reads it.</summary>
    public EncodedText Encode(string text, Direction direction, int maxLength = int.MaxValue) =>
        backbone.Tokenizer.Encode(direction.Prefix + text, new() { Language = direction.Reads, MaxLength = maxLength });

    /// <summary>Says how many ways to go on are asked for; null for none.</summary>
    /// <exception cref="FormatException">There cannot be as many.</exception>
    public int? AlternativesOf(Passage passage) => !(passage.ReturnAlternatives ?? options.ReturnAlternatives) ? null
        : passage.NumHypotheses is not (< 1 or > 64) ? passage.NumHypotheses ?? options.NumHypotheses
        : throw new OptionException("numHypotheses", $"must be from 1 to 64, but is {passage.NumHypotheses}.");

    /// <summary>Translates.</summary>
    /// <param name="passage">The text, without its tag.</param>
    /// <param name="direction">How the backbone is told its languages.</param>
    /// <param name="host">The host.</param>
    /// <param name="onText">Is told the text so far; null where nobody watches.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<Translated> TranslateAsync(Passage passage, Direction direction, IAnswering host, Action<string>? onText, CancellationToken cancellation)
    {
        direction = direction.In(host.Options, backbone.Tokenizer);
        var isAligned = passage.Alignments ?? options.Alignments;
        Require(isAligned, "alignments");
        var alternatives = AlternativesOf(passage);
        var (source, given) = (Encode(passage.Text, direction, backbone.MaxLength), passage.TargetPrefix?.TrimEnd() ?? "");
        var request = new WritingRequest
        {
            Source = Features.FromText(source),
            Prefix = given.Length > 0 || alternatives is not null ? Prefix(given, direction, host.Options) : [],
            Options = direction.Options,
            Attention = isAligned || unknown is not null ? new() { Heads = heads } : null,
        };
        var (soFar, written) = (given, (Written?)null);
        try
        {
            written = alternatives is { } count
                ? await Alternatives.WriteAsync(backbone, request, count, options.MinAlternativeExpansionProb, host, cancellation).ConfigureAwait(false)
                : await host.WriteAsync(onText is null || unknown is not null ? request : request with { OnPiece = piece => onText(soFar += piece.Text) }, cancellation).ConfigureAwait(false);
        }
        catch (ArgumentException fault) when (options.AlignmentHeads is not null)
        {
            throw new OptionException("alignmentHeads", $"must name heads that there are: {fault.Message}", fault);
        }

        Range[] places = [.. source.Tokens.Select(token => Place(token, direction.Prefix.Length))];
        var all = written.Hypotheses.Select(one => Compose(one, given, request.Prefix, passage.Text, places, isAligned)).ToArray();
        var scored = all.Length > 1 ? all.Zip(written.Hypotheses, (one, hypothesis) => new ScoredText(one.Text, hypothesis.Score) { Alignments = one.Alignments }).ToArray() : null;
        return new(all[0].Text, written, scored, source.Dropped, all[0].Alignments);
    }

    private static UnknownWords Unknown(int id, string? dictionary)
    {
        try
        {
            return new(id, dictionary);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new OptionException("dictionary", $"must be a file of lines 'word<tab>translation', but is '{dictionary}': {fault.Message}", fault);
        }
    }

    // After the start token the target's stands first, as what is forced counts in the first place alone.
    private int[] Prefix(string given, Direction direction, GenerationOptions asked)
    {
        int? first = direction.IsStart ? null : direction.FirstToken ?? asked.ForcedBosTokenId;
        var ids = given.Length == 0 ? [] : backbone.Tokenizer.Encode(given, new() { IsTarget = true, Language = direction.Writes, AddSpecialTokens = false }).Ids;
        return [.. first is { } id ? [id] : Array.Empty<int>(), .. ids];
    }

    private (string Text, IReadOnlyList<AlignedWords>? Alignments) Compose(Hypothesis written, string given, IReadOnlyList<int> prefix, string source, Range[] places, bool isAligned)
    {
        int[] ids = [.. prefix, .. written.Ids];
        var text = given + written.Text;
        if (written.Attention.Count == 0 || (!isAligned && unknown?.IsIn(ids) != true))
        {
            return (text, isAligned ? [] : null);
        }

        var texts = TokenTexts.Of(backbone.Tokenizer, ids);
        if (prefix.Count > 0)
        {
            // What was given stands as it was given, whatever the vocabulary makes of it.
            Array.Fill(texts, "", 0, prefix.Count);
            texts[prefix.Count - 1] = given;
        }

        Clip(texts, text.Length);
        var attention = WordAlignment.Mean(written.Attention);
        unknown?.Replace(texts, ids, attention, source, places);
        return (string.Concat(texts), isAligned ? WordAlignment.Of(source, places, texts, attention, options.AlignmentThreshold ?? double.PositiveInfinity) : null);
    }

    // A stop string is no part of the text, though its tokens were written.
    private static void Clip(string[] texts, int length)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = texts[i][..Math.Min(texts[i].Length, length)];
            length -= texts[i].Length;
        }
    }

    // Where a token stands in the text behind the prefix that the family was taught.
    private static Range Place(Token token, int prefix) =>
        token.Sequence < 0 || token.Length == 0 ? 0..0 : Math.Max(0, token.Start - prefix)..Math.Max(0, token.Start + token.Length - prefix);

    private void Require(bool isAsked, string option)
    {
        if (isAsked && !backbone.Description.Features.HasFlag(BackboneFeatures.Aligns))
        {
            throw new FormatException($"'{option}' needs a backbone whose decoder looks at what was read, but '{backbone.Description.Name}' has none. Leave it out, or choose a backbone with an encoder and a decoder.");
        }
    }
}

/// <summary>What one piece became.</summary>
/// <param name="Text">Its translation.</param>
/// <param name="Written">What was written for it.</param>
/// <param name="Hypotheses">All texts, where there are several.</param>
/// <param name="Dropped">How many tokens of it were left out.</param>
/// <param name="Alignments">Which word became which, if that was asked for.</param>
internal sealed record Translated(string Text, Written Written, IReadOnlyList<ScoredText>? Hypotheses, int Dropped, IReadOnlyList<AlignedWords>? Alignments)
{
    public bool? Unfinished => Written.Best.Finish == FinishReason.Length ? true : null;
}
