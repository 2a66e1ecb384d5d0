using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

/// <summary>What several sketches share. A plugin finds its like in Ptgp.Toolkit.</summary>
internal static class Common
{
    /// <summary>A text as the backbone reads it, cut to fit.</summary>
    public static Features Read(this IBackbone backbone, string text) =>
        Features.FromText(backbone.Tokenizer.Encode(text, new() { MaxLength = backbone.MaxLength }));

    /// <summary>A text as the backbone writes it, cut to fit before its end token.</summary>
    public static Target Write(this IBackbone backbone, string text) =>
        Target.FromText(backbone.Tokenizer.Encode(text, new() { IsTarget = true, MaxLength = backbone.MaxTargetLength }));

    /// <summary>Where stretches of a long text start that overlap; the last one reaches its end.</summary>
    public static IEnumerable<int> Starts(int length, int room, int overlap) =>
        Enumerable.Range(0, 1 + (Math.Max(0, length - overlap - 1) / (room - overlap))).Select(i => i * (room - overlap));

    #region quote
    /// <summary>The loss of heads that write: teacher forcing.</summary>
    public static TaskLoss WritingLoss<TPart>(IBackbone backbone, EncodedBatch<TPart> batch) =>
        backbone.Loss(backbone.Decode(batch.Encoded, batch.Labels), batch.Labels, batch.LabelSmoothing);

    /// <summary>Cross entropy of logits <c>[batch, …, classes]</c> over the labels that count.</summary>
    public static TaskLoss ClassLoss<TPart>(Tensor logits, EncodedBatch<TPart> batch) => new(
        nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[^1]), batch.Labels.reshape(-1),
            ignore_index: Target.Ignored, reduction: nn.Reduction.Sum, label_smoothing: batch.LabelSmoothing),
        batch.Labels.ne(Target.Ignored).sum().item<long>());

    /// <summary>One state a row, <c>[batch, width]</c>: the last one where states see only what stands before them, else the mean.</summary>
    public static Tensor Pool<TPart>(EncodedBatch<TPart> batch)
    {
        var mask = batch.Mask.to_type(batch.States.dtype); // [batch, length]
        var count = mask.sum(1, keepdim: true);
        var weights = batch.Encoded.IsCausal ? mask * mask.cumsum(1).eq(count) : mask / count;
        return weights.unsqueeze(1).bmm(batch.States).squeeze(1);
    }
    #endregion
}
