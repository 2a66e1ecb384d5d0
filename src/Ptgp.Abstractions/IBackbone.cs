using static TorchSharp.torch;

namespace Ptgp;

/// <summary>The Transformer that all tasks share, as one task sees it. Implemented by the host.</summary>
/// <remarks>
/// A head may keep this object, which is not a TorchSharp module and so does not become part of the head's own parameters.
/// The properties may be read on any thread; the verbs belong in members of the head that the host calls with a batch. What they
/// give to a head, and what a head gives to them, is float32 on the backbone's device, whatever the backbone computes in.
/// </remarks>
public interface IBackbone
{
    /// <summary>Gets what is known of the backbone without its weights.</summary>
    BackboneDescription Description { get; }

    /// <summary>Gets the size of a hidden state.</summary>
    int Width => Description.Width;

    /// <summary>Gets the longest sequence this task may encode; a head cuts or splits its inputs to fit, in the way that suits the task.</summary>
    int MaxLength { get; }

    /// <summary>Gets the longest target this task may be trained on; a head encodes targets to fit, so that their end is kept, and the host cuts what is longer.</summary>
    int MaxTargetLength => Description.MaxTargetLength;

    /// <summary>Gets the tokenizer the backbone was trained with.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>Gets the head that the checkpoint was saved with; null when it has none.</summary>
    CheckpointHead? Head => null;

    /// <summary>Brings tokens, or frames where the backbone reads them, to the backbone's width.</summary>
    Embedded Embed(Batch batch);

    /// <summary>Computes, for each target <c>[batch, targets]</c>, the state that predicts it, <c>[batch, targets, width]</c>, given what was read; the shift to the right is done here, once.</summary>
    /// <remarks>Needs <see cref="BackboneFeatures.Writes"/>. Targets of <see cref="Target.Ignored"/> are padding.</remarks>
    Tensor Decode(EncodedStates source, Tensor targets);

    /// <summary>As <see cref="Decode(EncodedStates, Tensor)"/>, but each row begins from a start token of its own, <c>[batch]</c>: what <see cref="GenerationOptions.DecoderStartTokenId"/> is to writing. Needs an encoder.</summary>
    Tensor Decode(EncodedStates source, Tensor targets, Tensor starts) =>
        throw new NotSupportedException("A backbone must let rows begin from start tokens of their own, but this one does not. Use a later version of what gives it.");

    /// <summary>Turns states into vocabulary logits: <c>[…, width]</c> to <c>[…, vocabulary]</c>. Needs <see cref="BackboneFeatures.Writes"/>.</summary>
    Tensor Project(Tensor states);

    /// <summary>
    /// Computes the cross-entropy of labels from the states that predict them, <c>[…, width]</c> and <c>[…]</c>, as that of <see cref="Project"/>'s logits; those of the whole
    /// vocabulary never stand in memory for all places at once. Needs <see cref="BackboneFeatures.Writes"/>. Since 1.5.
    /// </summary>
    /// <param name="states">The states.</param>
    /// <param name="labels">The labels; <see cref="Target.Ignored"/> where there is none.</param>
    /// <param name="labelSmoothing">The share of probability that is spread evenly over the vocabulary. From 0 to 1; the default is 0.</param>
    TaskLoss Loss(Tensor states, Tensor labels, double labelSmoothing = 0)
    {
        var sum = nn.functional.cross_entropy(
            Project(states).flatten(0, -2), labels.flatten(), ignore_index: Target.Ignored, reduction: nn.Reduction.Sum, label_smoothing: labelSmoothing);
        return new(sum, labels.ne(Target.Ignored).sum().item<long>());
    }
}

/// <summary>What is known of a backbone from its checkpoint's configuration, before a weight is read.</summary>
public sealed record BackboneDescription
{
    /// <summary>Gets the name under which the configuration holds it.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the family, such as <c>t5</c>: for messages; what families do differently stands in the other properties.</summary>
    public required string Family { get; init; }

    /// <summary>Gets what the backbone can do.</summary>
    public required BackboneFeatures Features { get; init; }

    /// <summary>Gets the size of a hidden state.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the number of vocabulary entries it can write, or read when it does not write.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Gets the longest sequence it can read; <see cref="int.MaxValue"/> when its positions set no bound.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Gets the longest sequence it can write; <see cref="int.MaxValue"/> when its positions set no bound.</summary>
    public required int MaxTargetLength { get; init; }

    /// <summary>Gets how many values a frame must have; 0 when the backbone reads no frames.</summary>
    public int FrameWidth { get; init; }

    /// <summary>Gets the text that the checkpoint was taught to read before an input, by task, such as <c>translation</c>: <c>translate {from} to {to}: </c>.</summary>
    public IReadOnlyDictionary<string, string> Prefixes { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the heads of the decoder's attention whose look follows the source, for the times of words in sound and for which word became which: those that the checkpoint names, else all of the later half of its layers; empty without <see cref="BackboneFeatures.Aligns"/>.</summary>
    public IReadOnlyList<AttentionHead> AlignmentHeads { get; init; } = [];
}

/// <summary>What a backbone can do, and so what a plugin may need of it.</summary>
[Flags]
public enum BackboneFeatures
{
    /// <summary>Nothing beyond states of what it reads, which every backbone has.</summary>
    None = 0,

    /// <summary>Its states have seen the whole input, on both sides (it has an encoder).</summary>
    SeesBothSides = 1,

    /// <summary>It writes sequences (it has a decoder).</summary>
    Writes = 2,

    /// <summary>It reads feature frames by a stem of its own, such as Whisper's log-mel columns.</summary>
    ReadsFrames = 4,

    /// <summary>What it writes attends to what it reads, so that words can be aligned.</summary>
    Aligns = 8,
}
