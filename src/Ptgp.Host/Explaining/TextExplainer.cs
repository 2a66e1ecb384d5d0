using Ptgp.Backbone;
using Ptgp.Backbone.Explaining;
using Ptgp.Backbone.Generation;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Explaining;

/// <summary>Explains a text that was written: by what was read before it, and token by token.</summary>
/// <param name="view">The backbone as the task sees it.</param>
/// <param name="request">What is to be shown.</param>
/// <param name="attention">Where attention goes.</param>
internal sealed class TextExplainer(BackboneView view, ExplanationRequest request, AttentionReader attention)
{
    /// <summary>Explains. Call it on the device's thread, within a dispose scope and without inference mode.</summary>
    /// <param name="asked">What was asked for and written.</param>
    /// <param name="options">What it was written by.</param>
    /// <param name="input">What was read, and what says nothing.</param>
    /// <param name="cancellation">Ends it early.</param>
    public ExplainedPass Explain(AskedText asked, ResolvedOptions options, EmbeddedSource input, CancellationToken cancellation)
    {
        var best = asked.Written.Best;
        var text = Text(asked, options, input, best);
        var pass = new ExplainedPass { IsWritten = true, Source = input.Places, Text = best.Text, Score = best.Score };
        return text.Ids.Count == 0 ? pass : Explain(pass, text, asked, input, cancellation);
    }

    private ExplainedPass Explain(ExplainedPass pass, ForcedText text, AskedText asked, EmbeddedSource input, CancellationToken cancellation)
    {
        IReadOnlyList<WrittenPlace> written;
        IReadOnlyList<AttentionGroup> groups = [];
        using (no_grad())
        {
            using var scope = NewDisposeScope();
            var capture = request.Methods.HasFlag(ExplanationMethods.Attention) ? new StateCapture() : null;
            view.Capture = capture;
            var source = view.Encode(input.Embedded);
            view.Capture = null;
            var logs = text.LogProbabilities(source, capture);
            written = Written(text.Choices(logs, request.Alternatives), asked);
            groups = capture is null ? [] : attention.Read(Captured(capture, source.IsCausal, text, input, written));
        }

        var prefix = asked.Request.Prefix.Count;
        Tensor Scores(Tensor states) => text.OwnLogProbabilities(view.Encode(input.Embedded with { States = states })) is var own && prefix == 0 ? own : own.narrow(0, prefix, text.Ids.Count - prefix);
        return pass with
        {
            Written = request.Methods.HasFlag(ExplanationMethods.Probabilities) ? written : [],
            Attention = groups,
            Attributions = text.Ids.Count == prefix ? [] : input.Attribute(Scores, request, prefix, cancellation),
        };
    }

    // The end's own id is not told where there are several: the likeliest of them then stands for it.
    private ForcedText Text(AskedText asked, ResolvedOptions options, EmbeddedSource input, Hypothesis best)
    {
        int[] ids = [.. asked.Request.Prefix, .. best.Ids];
        ForcedText Ended(int end) => new(view.Transformer, view.Adapter, options.StartId, [.. ids, end]);
        if (best.LogProbabilities.Count <= best.Ids.Count)
        {
            return new(view.Transformer, view.Adapter, options.StartId, ids);
        }

        if (options.EndIds.Count == 1)
        {
            return Ended(options.EndIds[0]);
        }

        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var source = view.Encode(input.Embedded);
        return options.EndIds.Select(Ended).MaxBy(text => text.Choices(text.LogProbabilities(source), 0)[^1].LogProbability)!;
    }

    private IReadOnlyList<WrittenPlace> Written(IReadOnlyList<TokenChoice> choices, AskedText asked)
    {
        var (tokenizer, best, prefix) = (view.Tokenizer, asked.Written.Best, asked.Request.Prefix.Count);
        var ids = choices.Select(choice => choice.Id).ToArray();
        return [.. choices.Select((choice, i) =>
        {
            var name = SourcePlaces.Name(tokenizer, choice.Id);
            // As it continues what stands before it, with the blank between them.
            var (before, after) = (tokenizer.Decode(ids[Math.Min(i, prefix)..i]), tokenizer.Decode(ids[Math.Min(i, prefix)..(i + 1)]));
            return new WrittenPlace
            {
                Token = name.IsSpecial || !after.StartsWith(before, StringComparison.Ordinal) || after.Length == before.Length ? name : name with { Text = after[before.Length..] },
                Start = before.Length,
                IsPrefix = i < prefix,
                LogProbability = choice.LogProbability,
                Chosen = i < prefix ? null : best.LogProbabilities[i - prefix],
                Rank = choice.Rank,
                Alternatives = [.. choice.Best.Select(other => (SourcePlaces.Name(tokenizer, other.Id), other.LogProbability))],
            };
        })];
    }

    private AttentionReader.Captured[] Captured(StateCapture capture, bool isCausal, ForcedText text, EmbeddedSource input, IReadOnlyList<WrittenPlace> written)
    {
        var fed = written.SkipLast(1).Select(place => place.Token.Text);
        if (isCausal)
        {
            var whole = Axis.Of([.. input.Axis.Labels, .. fed]);
            return [new(AttentionKind.Decoder, capture.DecoderAttentions, whole, whole)];
        }

        var steps = Axis.Of(written.Select(place => place.Token.Text));
        return
        [
            new(AttentionKind.Encoder, capture.EncoderAttentions, input.Axis, input.Axis),
            new(AttentionKind.Decoder, capture.DecoderAttentions, steps, Axis.Of([SourcePlaces.Name(view.Tokenizer, text.StartId).Text, .. fed])),
            new(AttentionKind.Cross, capture.CrossAttentions, steps, input.Axis),
        ];
    }
}
