using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>Translates what fits the backbone at once, and longer texts in pieces.</summary>
internal sealed class TranslationHead(IBackbone backbone, TranslationOptions options) : WritingHead<Passage, Translation>(backbone)
{
    private readonly Translator translator = new(backbone, options);

    /// <inheritdoc />
    public override Features EncodeInput(Passage part)
    {
        part = Untagged(part);
        return Features.FromText(translator.Encode(part.Text, DirectionOf(part), Backbone.MaxLength));
    }

    /// <inheritdoc />
    public override Target? EncodeTarget(Passage part, Translation output) => string.IsNullOrWhiteSpace(part.Text) ? null : base.EncodeTarget(part, output);

    /// <inheritdoc />
    public override async Task<Translation> AnswerAsync(Passage input, IAnswering<Passage, Translation, Translation> host, CancellationToken cancellation)
    {
        var passage = Untagged(input);
        var direction = DirectionOf(passage);
        if (string.IsNullOrWhiteSpace(passage.Text))
        {
            return In(direction, new() { Text = "" });
        }

        var text = passage.Text;
        var pieces = Pieces.Of(text, direction.Languages.From, options, piece => translator.Encode(piece, direction).Tokens.Count, Backbone.MaxLength);
        CheckWhole(passage, pieces.Count, host.Options);
        var writer = new PieceWriter(text, pieces, soFar => host.Report(In(direction, new() { Text = soFar })), host.ReportProgress);
        var written = await Task.WhenAll(pieces.Select(async (range, piece) =>
        {
            var one = await translator.TranslateAsync(passage with { Text = text[range] }, direction, host, host.IsWatched ? soFar => writer.Show(piece, soFar) : null, cancellation).ConfigureAwait(false);
            writer.Finish(piece, one.Text);
            return one;
        })).ConfigureAwait(false);
        var tag = input.Text.Length - text.Length;
        var (joined, places) = writer.Join();
        return In(direction, new()
        {
            Text = joined,
            Score = written.Average(one => one.Written.Best.Score),
            Hypotheses = written.Length == 1 ? Moved(written[0].Hypotheses, tag) : null,
            Truncated = written.Sum(one => one.Dropped) is > 0 and var dropped ? dropped : null,
            Unfinished = written.FirstOrDefault(one => one.Unfinished is not null)?.Unfinished,
            Repetition = written.Select((one, i) => Moved(Repetition.Find(one.Text, text[pieces[i]]), places[i])).MaxBy(found => found?.End - found?.Start ?? 0),
            Alignments = written[0].Alignments is null ? null : [.. written.SelectMany((one, i) => one.Alignments!.Select(pair => pair.Moved(tag + pieces[i].Start.Value, places[i])))],
            Split = written.Length == 1 ? null : [.. written.Select((one, i) => new TranslatedPiece
            {
                Source = text[pieces[i]],
                SourceStart = tag + pieces[i].Start.Value,
                Text = one.Text,
                TargetStart = places[i],
                Score = one.Written.Best.Score,
                Hypotheses = Moved(one.Hypotheses, tag + pieces[i].Start.Value),
                Unfinished = one.Unfinished,
            })],
        });
    }

    /// <inheritdoc />
    protected override string TextOf(Translation output) => output.Text;

    /// <inheritdoc />
    protected override EncodingOptions TargetEncoding(Passage input) => new() { Language = DirectionOf(Untagged(input)).Writes };

    /// <inheritdoc />
    protected override Translation Compose(Passage input, string text, Written? written) => In(DirectionOf(Untagged(input)), new() { Text = text, Score = written?.Best.Score });

    private Direction DirectionOf(Passage passage) => Direction.Of(passage, options, Backbone);

    private void CheckWhole(Passage passage, int pieces, GenerationOptions asked)
    {
        if (pieces > 1 && WrittenForm.NameOf(asked) is { } form)
        {
            throw new FormatException($"A translation keeps to a form ('{form}') where its text is translated at once, but this one is translated in {pieces} pieces. Ask for one at a time, or leave the form out.");
        }

        if (pieces > 1 && (!string.IsNullOrWhiteSpace(passage.TargetPrefix) || translator.AlternativesOf(passage) is not null))
        {
            throw new FormatException($"'{(string.IsNullOrWhiteSpace(passage.TargetPrefix) ? "returnAlternatives" : "targetPrefix")}' goes with a text that is translated at once, but this one is translated in {pieces} pieces. Ask for the piece that it belongs to.");
        }
    }

    // A text may say its target language as Marian's users write it, '>>fra<< Hello'; 'to' beside the text outranks it.
    private Passage Untagged(Passage passage) =>
        passage.Text.StartsWith(">>", StringComparison.Ordinal)
        && passage.Text.IndexOf("<<", StringComparison.Ordinal) + 2 is > 2 and var end
        && Backbone.Tokenizer.Languages.ContainsKey(passage.Text[..end])
            ? passage with { Text = passage.Text[end..].TrimStart(), To = passage.To ?? passage.Text[..end] }
            : passage;

    private static Translation In(Direction direction, Translation translation) => translation with { From = direction.Languages.From, To = direction.Languages.To };

    private static IReadOnlyList<ScoredText>? Moved(IReadOnlyList<ScoredText>? all, int source) =>
        all is null ? null : [.. all.Select(one => one.Alignments is null ? one : one with { Alignments = [.. one.Alignments.Select(pair => pair.Moved(source, 0))] })];

    private static Repetition? Moved(Repetition? found, int by) => found is null ? null : found with { Start = found.Start + by, End = found.End + by };
}
