using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>An encoder or decoder: positions, layers, norms.</summary>
internal sealed class Stack : nn.Module
{
    private readonly Positions? positions;
    private readonly Norm? embeddingNorm, finalNorm;
    private readonly bool dropsOutput;
    private readonly RotaryConfig? rotary;
    private readonly int window;
    private readonly bool isDecoder;
    private Tensor? waves;                                        // of rotary positions, kept where no length changes them

    public Stack(string path, ParameterSource source, TransformerConfig config, StackConfig stack, bool crosses, bool isBidirectional) : base(nameof(Stack))
    {
        Shape = stack;
        (dropsOutput, rotary, window, isDecoder) = (config.HasFinalDropout, config.Rotary, stack.Window, !isBidirectional);
        DistanceBiases? shared = null;
        var kind = stack.Positions ?? config.Positions;
        if (kind == PositionKind.RelativeBuckets)
        {
            register_module("relative_bias", Bias = new(path + ".relative_bias", source, config, stack, isBidirectional));
        }
        else if (kind == PositionKind.RelativeSinusoidal)
        {
            Distances = crosses || isBidirectional
                ? throw new ArgumentException("Positions by distance and memory are those of a decoder that stands alone, but there is an encoder. Take other positions.", nameof(config))
                : new(config, stack);
            if (stack.SharesDistanceBiases)
            {
                register_module("biases", shared = new(path + ".biases", source, stack));
            }
        }
        else if (kind != PositionKind.Rotary)
        {
            register_module("positions", positions = new(path + ".positions", source, config, stack));
        }

        if (config.HasEmbeddingNorm)
        {
            register_module("embedding_norm", embeddingNorm = new(path + ".embedding_norm", source, config));
        }

        Layers = [.. Enumerable.Range(0, stack.Layers).Select(i => new Layer($"{path}.layers.{i}", source, config, stack, crosses, hasWindow: window > 0 && i >= stack.LayersBeforeWindow, shared))];
        register_module("layers", new TorchSharp.Modules.ModuleList<Layer>(Layers));
        if (config.HasFinalNorm)
        {
            register_module("norm", finalNorm = new(path + ".norm", source, config));
        }
    }

    public Layer[] Layers { get; }

    /// <summary>Gets the sizes.</summary>
    public StackConfig Shape { get; }

    /// <summary>Gets the vectors of distances; null where positions enter otherwise. Where they are, the stack reads by segments.</summary>
    public Distances? Distances { get; }

    /// <summary>Gets the bias of attention by distance; null where positions enter otherwise.</summary>
    public RelativeBias? Bias { get; }

    /// <summary>Prepares embeddings for the first layer.</summary>
    /// <param name="x">The embeddings, <c>[batch, length, width]</c>, or <c>[batch, width]</c> of rows of one place each.</param>
    /// <param name="places">Their positions.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Start(Tensor x, Places places, Pass pass)
    {
        if (positions is not null)
        {
            var vectors = positions.At(places);
            vectors = vectors.dtype == x.dtype ? vectors : vectors.to_type(x.dtype);
            x = Ops.Add(x, x.Dimensions == 2 ? vectors.squeeze(1) : vectors);
        }

        return pass.Drop(embeddingNorm is null ? x : embeddingNorm.Forward(x));
    }

    /// <summary>Makes up how states see what stands in the stack.</summary>
    /// <param name="places">The positions of the states.</param>
    /// <param name="keys">The positions of what they see, <c>[batch or 1, keys]</c> of int64; it is asked for only where <see cref="HasWindow"/>.</param>
    /// <param name="mask">What is added to the scores, broadcast to <c>[batch, heads, length, keys]</c>; null for nothing.</param>
    /// <param name="like">The states.</param>
    public Sight See(Places places, Func<Tensor> keys, Tensor? mask, Tensor like)
    {
        Tensor? windowMask = null;
        if (HasWindow)
        {
            using TorchSharp.Scalar reach = window;
            var far = (places.At(like.device).unsqueeze(-1) - keys().unsqueeze(1)).ge(reach).unsqueeze(1);      // [batch or 1, 1, length, keys]
            windowMask = mask is null ? zeros(far.shape, float32, like.device).masked_fill(far, Transformer.Masked) : mask.masked_fill(far, Transformer.Masked);
        }

        return new(mask?.to_type(like.dtype), windowMask?.to_type(like.dtype), Turn(places, like));
    }

    /// <summary>Computes how queries and keys turn at their positions; null when they do not.</summary>
    /// <param name="places">The positions.</param>
    /// <param name="like">The states.</param>
    /// <param name="isStrict">Whether each row is computed by itself; the default is false.</param>
    public Rotation? Turn(Places places, Tensor like, bool isStrict = false)
    {
        if (rotary is null)
        {
            return null;
        }

        if (!isStrict || places.Rows is not { } rows)
        {
            return Turn(places);
        }

        Rotation[] each = [.. Enumerable.Range(0, (int)rows.size(0)).Select(row => Turn(places.Row(row)))];
        return new(cat([.. each.Select(turn => turn.Cosines)], 0), cat([.. each.Select(turn => turn.Sines)], 0));

        Rotation Turn(Places at) => Rotation.At(rotary, Waves(at), at, like.device, like.dtype);

        Tensor Waves(Places at) => rotary.DependsOnLength ? Rotation.Waves(rotary, at, like.device) : waves ??= Rotation.Waves(rotary, at, like.device).DetachFromDisposeScope();
    }

    /// <summary>Gets whether some layers see only what is near.</summary>
    public bool HasWindow => window > 0;

    /// <summary>Gets how far these see, the state itself included.</summary>
    public int Window => window;

    /// <summary>Gets whether a text gives the same states wherever it is cut into segments: the memory holds all that a layer sees.</summary>
    public bool SeesAlikeInSegments => HasWindow && Shape.LayersBeforeWindow == 0 && window <= Shape.Memory + 1;

    /// <summary>Finishes what the last layer made.</summary>
    public Tensor Finish(Tensor x, Pass pass)
    {
        x = finalNorm is null ? x : finalNorm.Forward(x);
        return dropsOutput ? pass.Drop(x) : x;
    }

    /// <summary>Runs all layers over whole sequences.</summary>
    /// <param name="x">Embeddings, <c>[batch, length, width]</c>.</param>
    /// <param name="places">Their positions.</param>
    /// <param name="mask">What is added to the scores, <c>[batch or 1, 1, length or 1, length]</c>; null for nothing.</param>
    /// <param name="memory">The encoder's states, where there is one.</param>
    /// <param name="memoryMask">What is added to the scores of attention to them.</param>
    /// <param name="states">Where the states go when they are wanted.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="caches">Where keys and values go, one a layer, when more will follow.</param>
    public Tensor Forward(Tensor x, Places places, Tensor? mask, Tensor? memory, Tensor? memoryMask, List<Tensor>? states, Pass pass, LayerCache[]? caches = null)
    {
        var prefix = pass.PrefixOf(isDecoder);
        var (length, ahead) = ((int)x.size(1), prefix?.Length ?? 0);
        places = places.Later(ahead);
        x = Start(x, places, pass);
        mask = mask is null || ahead == 0 ? mask : nn.functional.pad(mask, [ahead, 0]);
        if (Bias is not null)
        {
            var bias = Bias.Between(ahead, length, ahead + length);
            mask = mask is null ? bias : Ops.Add(bias, mask);
        }

        memoryMask = memoryMask?.to_type(x.dtype);
        var sight = See(places, () => PlacesOfAll(places.At(x.device), ahead), mask, x);
        for (var i = 0; i < Layers.Length; i++)
        {
            states?.Add(x);
            x = pass.Recomputes ? Recompute(i, x, sight, memory, memoryMask, pass) : Compute(i, x, sight, memory, memoryMask, pass, caches?[i]);
        }

        x = Finish(x, pass);
        states?.Add(x);
        return x;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            waves?.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Compute(int i, Tensor x, Sight sight, Tensor? memory, Tensor? memoryMask, Pass pass, LayerCache? cache)
    {
        var layer = Layers[i];
        // The view adds up what one layer's looks at the memory come to before those of other layers are added: the same sum, to the bit, as where layers are computed anew.
        KeyValues? remembered = memory is null || layer.CrossAttention is null ? null : layer.CrossAttention.Remember(is_grad_enabled() ? memory.view_as(memory) : memory, pass);
        var before = pass.PrefixOf(isDecoder)?.Of(i, x);
        if (before is { } seen)
        {
            cache?.Append(seen);
        }

        return layer.Forward(x, sight, cache, remembered, memoryMask, pass, before);
    }

    private Tensor Recompute(int i, Tensor x, Sight sight, Tensor? memory, Tensor? memoryMask, Pass pass) =>
        Recomputation.Of(inputs => Compute(i, inputs[0]!, Sight.Of(inputs.AsSpan(3)), inputs[1], inputs[2], pass, null), pass.Draws, [x, memory, memoryMask, .. sight.Tensors]);

    private static Tensor PlacesOfAll(Tensor own, int ahead) =>
        ahead == 0 ? own : cat([Places.From(0, ahead).At(own.device).expand(own.size(0), -1), own], 1);
}
