using static TorchSharp.torch;

namespace Ptgp;

/// <summary>A batch on the backbone's device, made by the host; its rows are padded at their end.</summary>
public sealed record Batch
{
    /// <summary>Gets token ids <c>[batch, length]</c>, or frames <c>[batch, length, frame width]</c>.</summary>
    public required Tensor Source { get; init; }

    /// <summary>Gets true where <see cref="Source"/> holds data and not padding, <c>[batch, length]</c>.</summary>
    public required Tensor Mask { get; init; }

    /// <summary>Gets which text of a pair each token belongs to, <c>[batch, length]</c>; null when no row is a pair.</summary>
    public Tensor? Segments { get; init; }
}

/// <summary>Vectors of the backbone's width, and which of them are data.</summary>
/// <param name="States"><c>[batch, length, width]</c>.</param>
/// <param name="Mask">True where a state is data and not padding, <c>[batch, length]</c>.</param>
public readonly record struct Embedded(Tensor States, Tensor Mask);

/// <summary>A batch that the backbone has read, made by the host.</summary>
/// <typeparam name="TPart">What one row was made of.</typeparam>
public sealed record EncodedBatch<TPart>
{
    /// <summary>Gets the parts as the head encoded them, one a row, for answers that quote them.</summary>
    public required IReadOnlyList<TPart> Parts { get; init; }

    /// <summary>Gets the batch before it was read.</summary>
    public required Batch Batch { get; init; }

    /// <summary>Gets the backbone's states of the parts; see <see cref="EncodedStates"/>.</summary>
    public required EncodedStates Encoded { get; init; }

    /// <summary>Gets labels <c>[batch, labels]</c>, padded with <see cref="Target.Ignored"/>; empty when answering.</summary>
    public required Tensor Labels { get; init; }

    /// <summary>Gets expected numbers <c>[batch, values]</c>, padded with NaN; empty when answering.</summary>
    public required Tensor Values { get; init; }

    /// <summary>Gets the share of probability that the recipe gives to all other labels, for losses over classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Gets the last states <c>[batch, length, width]</c>, with their graph when training; float32, whatever the backbone computes in.</summary>
    public Tensor States => Encoded.States.to_type(ScalarType.Float32);

    /// <summary>Gets true where <see cref="States"/> holds data and not padding, <c>[batch, length]</c>.</summary>
    public Tensor Mask => Encoded.Mask;
}

/// <summary>What the backbone made of a batch. On a decoder-only backbone these are the decoder's states, each of which has seen what stands before it.</summary>
public sealed class EncodedStates
{
    private readonly Lazy<Tensor> states;

    /// <summary>Initializes states that are computed when they are first asked for.</summary>
    public EncodedStates(Embedded input, Tensor mask, bool isCausal, Func<Tensor> states)
    {
        (Input, Mask, IsCausal) = (input, mask, isCausal);
        this.states = new(states, LazyThreadSafetyMode.None);
    }

    /// <summary>Gets what the backbone read, <c>[batch, length, width]</c>.</summary>
    public Embedded Input { get; }

    /// <summary>Gets true where a state is data and not padding, <c>[batch, length]</c>.</summary>
    public Tensor Mask { get; }

    /// <summary>Gets whether a state has seen only what stands before it, so that the last one stands for the whole.</summary>
    public bool IsCausal { get; }

    /// <summary>Gets the last states, <c>[batch, length, width]</c>.</summary>
    public Tensor States => states.Value;
}
