using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Explaining;

/// <summary>Explains parts that a head predicted: by its own loss against its own answer, which says for most heads how unlikely that answer is.</summary>
/// <param name="head">The head.</param>
/// <param name="view">The backbone as the task sees it.</param>
/// <param name="collator">What pads the parts.</param>
/// <param name="request">What is to be shown.</param>
/// <param name="attention">Where attention goes.</param>
internal sealed class PartExplainer<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, BackboneView view, Collator collator, ExplanationRequest request, AttentionReader attention)
{
    /// <summary>Explains one part. Call it on the device's thread, within a dispose scope and without inference mode.</summary>
    /// <param name="parts">The parts that stand in one batch.</param>
    /// <param name="targets">The answer as the head encodes it for each; null when one has none, which leaves attributions out.</param>
    /// <param name="input">What is read, with the row that is explained.</param>
    /// <param name="batch">The same before it was brought to the backbone's width.</param>
    /// <param name="cancellation">Ends it early.</param>
    public ExplainedPass Explain(IReadOnlyList<TPart> parts, IReadOnlyList<Target>? targets, EmbeddedSource input, Batch batch, CancellationToken cancellation)
    {
        var (labels, values) = targets is null ? collator.NoTargets(parts.Count) : collator.Collate(targets);
        return new()
        {
            IsWritten = false,
            Source = input.Places,
            Attention = request.Methods.HasFlag(ExplanationMethods.Attention) ? Look() : [],
            Attributions = targets is null ? [] : input.Attribute(states => head.Loss(Read(states)).Sum.neg().reshape(1), request, null, cancellation),
        };

        EncodedBatch<TPart> Read(Tensor states) => new() { Parts = parts, Batch = batch, Encoded = view.Encode(input.Embedded with { States = states }), Labels = labels, Values = values };

        IReadOnlyList<AttentionGroup> Look()
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            var capture = new StateCapture();
            view.Capture = capture;
            try
            {
                var read = Read(input.Embedded.States);
                if (targets is null)
                {
                    head.Predict(read);
                }
                else
                {
                    head.Loss(read);
                }

                return attention.Read(Captured(capture, read.Encoded.IsCausal, input, targets?[input.Row]));
            }
            finally
            {
                view.Capture = null;
            }
        }

    }

    // A head may let a decoder read what it expects, or what it likes: then the places are counted.
    private AttentionReader.Captured[] Captured(StateCapture capture, bool isCausal, EmbeddedSource input, Target? target)
    {
        string[] expected = [.. (target?.Labels ?? []).Select(label => SourcePlaces.Name(view.Tokenizer, (int)label).Text)];
        var stretch = (int)input.Embedded.States.size(1);
        long[] read = [.. Enumerable.Range(0, input.Length).Select(place => (long)place)];
        if (!isCausal)
        {
            AttentionReader.Captured encoder = new(AttentionKind.Encoder, capture.EncoderAttentions, input.Axis, input.Axis) { Row = input.Row, RealRows = read, RealColumns = read, Padded = stretch };
            if (capture.CrossAttentions.Count == 0)
            {
                return [encoder];
            }

            var count = (int)capture.CrossAttentions[0].size(2);
            var steps = Axis.Of(expected.Length == count ? expected : Counted(count));
            return
            [
                encoder,
                new(AttentionKind.Decoder, capture.DecoderAttentions, steps, Axis.Of(expected.Length == count ? ["⏵", .. expected.SkipLast(1)] : Counted(count))) { Row = input.Row },
                new(AttentionKind.Cross, capture.CrossAttentions, steps, input.Axis) { Row = input.Row, RealColumns = read, Padded = stretch },
            ];
        }

        var layers = capture.DecoderAttentions.TakeLast(view.Transformer.Config.Decoder!.Layers).ToArray();
        if (layers.Length == 0)
        {
            return [];
        }

        // The decoder read the input alone, or what is expected behind it too.
        var own = (int)layers[0].size(3) - (view.Adapter?.Ahead(view.Transformer.Config) ?? 0);
        var behind = own - stretch;
        long[] real = [.. read, .. Enumerable.Range(stretch, behind).Select(place => (long)place)];
        string[] fed = behind == expected.Length - 1 ? [.. expected.SkipLast(1)] : Counted(behind);
        var axis = behind == 0 ? input.Axis : Axis.Of([.. input.Axis.Labels, .. fed]);
        return [new(AttentionKind.Decoder, layers, axis, axis) { Row = input.Row, RealRows = real, RealColumns = real, Padded = own }];
    }

    private static string[] Counted(int count) => [.. Enumerable.Range(0, count).Select(step => $"step {step}")];
}
