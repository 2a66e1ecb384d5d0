using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>An encoder or decoder: positions, layers, norms.</summary>
internal sealed class Stack : nn.Module
{
    private readonly Positions? positions;
    private readonly Norm? embeddingNorm, finalNorm;
    private readonly bool dropsOutput;

    public Stack(string path, ParameterSource source, TransformerConfig config, StackConfig stack, bool crosses, bool isBidirectional) : base(nameof(Stack))
    {
        dropsOutput = config.HasFinalDropout;
        if ((stack.Positions ?? config.Positions) == PositionKind.RelativeBuckets)
        {
            register_module("relative_bias", Bias = new(path + ".relative_bias", source, config, stack, isBidirectional));
        }
        else
        {
            register_module("positions", positions = new(path + ".positions", source, config, stack));
        }

        if (config.HasEmbeddingNorm)
        {
            register_module("embedding_norm", embeddingNorm = new(path + ".embedding_norm", source, config));
        }

        Layers = [.. Enumerable.Range(0, stack.Layers).Select(i => new Layer($"{path}.layers.{i}", source, config, stack, crosses))];
        register_module("layers", new TorchSharp.Modules.ModuleList<Layer>(Layers));
        if (config.HasFinalNorm)
        {
            register_module("norm", finalNorm = new(path + ".norm", source, config));
        }
    }

    public Layer[] Layers { get; }

    /// <summary>Gets the bias of attention by distance; null where positions enter otherwise.</summary>
    public RelativeBias? Bias { get; }

    /// <summary>Prepares embeddings <c>[batch, length, width]</c> for the first layer.</summary>
    /// <param name="x">The embeddings.</param>
    /// <param name="start">The position of the first.</param>
    /// <param name="count">How many positions there are; each is held by as many neighbours in a row as the length has more.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="real">True where there is no padding, <c>[batch, length]</c>, when padding takes no position.</param>
    public Tensor Start(Tensor x, int start, int count, Pass pass, Tensor? real = null)
    {
        if (positions is not null && real is not null)
        {
            x = x + positions.Skipping(real).to(x.dtype);
        }
        else if (positions is not null)
        {
            var at = positions.At(start, count).to(x.dtype);
            var each = x.size(1) / count;
            x = x + (each == 1 || count == 1 ? at : at.repeat_interleave(each, 0));
        }

        return pass.Drop(embeddingNorm is null ? x : embeddingNorm.Forward(x));
    }

    /// <summary>Finishes what the last layer made.</summary>
    public Tensor Finish(Tensor x, Pass pass)
    {
        x = finalNorm is null ? x : finalNorm.Forward(x);
        return dropsOutput ? pass.Drop(x) : x;
    }

    /// <summary>Runs all layers over whole sequences.</summary>
    /// <param name="x">Embeddings, <c>[batch, length, width]</c>.</param>
    /// <param name="mask">What is added to the scores, <c>[batch or 1, 1, length or 1, length]</c>; null for nothing.</param>
    /// <param name="memory">The encoder's states, where there is one.</param>
    /// <param name="memoryMask">What is added to the scores of attention to them.</param>
    /// <param name="states">Where the states go when they are wanted.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="real">True where there is no padding, <c>[batch, length]</c>, when padding takes no position.</param>
    public Tensor Forward(Tensor x, Tensor? mask, Tensor? memory, Tensor? memoryMask, List<Tensor>? states, Pass pass, Tensor? real = null)
    {
        var length = (int)x.size(1);
        x = Start(x, 0, length, pass, real);
        if (Bias is not null)
        {
            var bias = Bias.Between(0, length, length);
            mask = mask is null ? bias : bias + mask;
        }

        (mask, memoryMask) = (mask?.to_type(x.dtype), memoryMask?.to_type(x.dtype));

        foreach (var layer in Layers)
        {
            states?.Add(x);
            KeyValues? remembered = memory is null || layer.CrossAttention is null ? null : layer.CrossAttention.Remember(memory, pass);
            x = layer.Forward(x, mask, null, remembered, memoryMask, pass);
        }

        x = Finish(x, pass);
        states?.Add(x);
        return x;
    }
}
