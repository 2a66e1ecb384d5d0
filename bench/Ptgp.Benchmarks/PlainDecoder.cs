using Ptgp.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>
/// The named reference: decoding as one writes it first. Gradients on, caches that grow by <c>cat</c> and are reordered by <c>index_select</c>, T5's norms by hand, attention by <c>matmul</c>,
/// weights as the checkpoint holds them.
/// </summary>
internal sealed class PlainDecoder : IDisposable
{
    // One that TorchSharp makes in passing may be collected while libtorch reads it.
    private static readonly Scalar one = 1, two = 2;

    private readonly Scalar epsilon, embeddingScale, attentionScale, outputScale;
    private readonly Dictionary<string, Tensor> weights;
    private readonly StackConfig stack;
    private readonly TransformerConfig config;
    private List<(Tensor K, Tensor V)> self = [], cross = [];
    private Tensor bias = null!;
    private int length;

    /// <summary>Takes copies of a decoder's weights, so that nothing that is done to those helps it.</summary>
    public PlainDecoder(Transformer transformer)
    {
        using var scope = NewDisposeScope();
        (config, stack) = (transformer.Config, transformer.Config.Decoder!);
        (epsilon, embeddingScale, attentionScale, outputScale) = (config.NormEpsilon, config.EmbeddingScale, Math.Pow(stack.HeadWidth, -0.5), config.OutputScale);
        weights = transformer.NamedParameters.Where(parameter => !parameter.Key.StartsWith("encoder", StringComparison.Ordinal))
            .ToDictionary(parameter => parameter.Key, parameter => parameter.Value.detach().clone().requires_grad_(true).DetachFromDisposeScope());
    }

    /// <summary>Writes, and waits until all is written.</summary>
    /// <param name="source">As in <see cref="Greedy"/>.</param>
    /// <param name="beams">How many beams; 1 for greedy writing.</param>
    /// <param name="count">How many tokens.</param>
    public void Write(Tensor source, int beams, int count)
    {
        using var written = beams == 1 ? Greedy(source, count) : Beams(source, beams, count);
        written.cpu().Dispose();                                  // a GPU is done when what it wrote is read
    }

    /// <summary>Writes <paramref name="count"/> tokens to each source and returns them, <c>[batch, count]</c>.</summary>
    /// <param name="source">The encoder's states <c>[batch, length, width]</c>, or where there is none the ids to write on from, <c>[batch, length]</c>.</param>
    /// <param name="count">How many tokens.</param>
    public Tensor Greedy(Tensor source, int count)
    {
        using var scope = NewDisposeScope();
        var next = Begin(source, count);
        List<Tensor> written = [];
        for (var position = 0; position < count; position++)
        {
            Freeing(() => next = Step(next).argmax(-1, keepdim: true).MoveToOuterDisposeScope());
            written.Add(next);
        }

        return cat(written, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Writes with beams and returns the summed log-probability of the best, <c>[batch]</c>.</summary>
    public Tensor Beams(Tensor source, int beams, int count)
    {
        using var scope = NewDisposeScope();
        var sources = source.size(0);
        var next = Begin(source.repeat_interleave(beams, 0), count);
        var sums = full([sources, beams], float.NegativeInfinity, dtype: float32, device: source.device);
        sums[TensorIndex.Colon, 0] = 0;
        var first = (arange(sources, device: source.device) * beams).unsqueeze(1);
        for (var position = 0; position < count; position++)
        {
            Freeing(() =>
            {
                var scores = nn.functional.log_softmax(Step(next).to_type(float32), -1).view(sources, beams, -1) + sums.unsqueeze(-1);
                var (best, places) = scores.view(sources, -1).topk(2 * beams, -1);
                sums = best[TensorIndex.Colon, ..beams].detach().MoveToOuterDisposeScope();
                var kept = places[TensorIndex.Colon, ..beams];
                var rows = (first + kept.div(config.OutputVocabulary, RoundingMode.floor).to(int64)).flatten();
                next = kept.remainder(config.OutputVocabulary).view(-1, 1).MoveToOuterDisposeScope();
                self = [.. self.Select(cache => (cache.K.index_select(0, rows), cache.V.index_select(0, rows)))];
            });
        }

        return sums[TensorIndex.Colon, 0].MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var weight in weights.Values)
        {
            weight.Dispose();
        }
    }

    // Makes a step and frees what only it needed, the way to gradients among it: of 128 rows 64 steps would take more than 24 GB else.
    private void Freeing(Action step)
    {
        List<(Tensor K, Tensor V)> before = [.. self];
        using (NewDisposeScope())
        {
            step();
            self = [.. self.Select(cache => (cache.K.detach().MoveToOuterDisposeScope(), cache.V.detach().MoveToOuterDisposeScope()))];
        }

        before.ForEach(cache =>
        {
            cache.K.Dispose();
            cache.V.Dispose();
        });
    }

    // What is fed first: the start token, or what was read.
    private Tensor Begin(Tensor source, int count)
    {
        (self, length) = ([], 0);
        if (config.Encoder is null)
        {
            return source;
        }

        cross = [.. Enumerable.Range(0, stack.Layers).Select(i => (
            Heads(Linear(source, $"decoder.layers.{i}.cross_attention.k")), Heads(Linear(source, $"decoder.layers.{i}.cross_attention.v"))))];
        bias = config.Positions == PositionKind.RelativeBuckets ? Bias(count) : bias;
        return zeros([source.size(0), 1], int64, source.device);
    }

    // Feeds tokens [rows, count] and scores what may follow the last, [rows, vocabulary].
    private Tensor Step(Tensor tokens)
    {
        var count = (int)tokens.size(1);
        var x = weights["embeddings.weight"].index_select(0, tokens.flatten()).view(tokens.size(0), count, -1).mul(embeddingScale);
        if (config.Positions == PositionKind.Learned)
        {
            x = x.add(weights["decoder.positions.weight"].narrow(0, length + config.PositionOffset, count), one);
        }

        x = config.HasEmbeddingNorm ? Norm(x, "decoder.embedding_norm") : x;
        // T5's bias of distance; what hides the future, where several tokens are fed.
        var added = config.Positions == PositionKind.RelativeBuckets ? bias.narrow(3, bias.size(3) - 1 - length, length + 1)
            : count > 1 ? full([count, count], float.MinValue / 2, dtype: x.dtype, device: x.device).triu(1) : null;
        for (var i = 0; i < stack.Layers; i++)
        {
            var at = $"decoder.layers.{i}.";
            x = Sublayer(x, at + "self_attention_norm", h =>
            {
                var (k, v) = (Heads(Linear(h, at + "self_attention.k")), Heads(Linear(h, at + "self_attention.v")));
                if (self.Count == i)
                {
                    self.Add((k, v));
                }
                else
                {
                    self[i] = (cat([self[i].K, k], 2), cat([self[i].V, v], 2));
                }

                return Attend(Heads(Linear(h, at + "self_attention.q")), self[i], added, at + "self_attention.o");
            });
            x = config.Encoder is null ? x : Sublayer(x, at + "cross_attention_norm", h => Attend(Heads(Linear(h, at + "cross_attention.q")), cross[i], null, at + "cross_attention.o"));
            x = Sublayer(x, at + "feed_forward_norm", h => Linear(Activate(Linear(h, at + "feed_forward.up")), at + "feed_forward.down"));
        }

        length += count;
        x = x.narrow(1, count - 1, 1);
        x = config.HasFinalNorm ? Norm(x, "decoder.norm") : x;
        var logits = nn.functional.linear(config.OutputScale == 1 ? x : x.mul(outputScale), weights["embeddings.weight"]).squeeze(1);
        return weights.TryGetValue("output.bias", out var more) ? logits.add(more, one) : logits;
    }

    private Tensor Sublayer(Tensor x, string norm, Func<Tensor, Tensor> compute) =>
        config.NormPlacement == NormPlacement.Before ? x.add(compute(Norm(x, norm)), one) : Norm(x.add(compute(x), one), norm);

    private Tensor Attend(Tensor q, (Tensor K, Tensor V) seen, Tensor? added, string output)
    {
        var scores = matmul(q, seen.K.transpose(2, 3));
        scores = config.AttentionScale == 1 ? scores : scores.mul(attentionScale);
        var mixed = matmul(nn.functional.softmax(added is null ? scores : scores.add(added, one), -1), seen.V);
        return Linear(mixed.transpose(1, 2).flatten(2), output);
    }

    private Tensor Activate(Tensor x) => config.Activation switch
    {
        Activation.Relu => nn.functional.relu(x),
        Activation.GeluTanh => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
        _ => nn.functional.gelu(x),
    };

    private Tensor Linear(Tensor x, string name) => nn.functional.linear(x, weights[name + ".weight"], weights.GetValueOrDefault(name + ".bias"));

    private Tensor Norm(Tensor x, string name) => config.Norm == NormKind.Layer
        ? nn.functional.layer_norm(x, [config.Width], weights[name + ".weight"], weights[name + ".bias"], config.NormEpsilon)
        : x * rsqrt(x.pow(two).mean([-1], keepdim: true).add(epsilon, one)) * weights[name + ".weight"];

    private Tensor Heads(Tensor x) => x.view(x.size(0), x.size(1), stack.Heads, stack.HeadWidth).transpose(1, 2);

    // [1, heads, 1, count]: the bias of distance count - 1 first, of distance 0 last.
    private Tensor Bias(int count)
    {
        var exact = config.RelativeBuckets / 2;
        var buckets = Enumerable.Range(0, count).Select(distance => (long)(distance < exact ? distance : Math.Min(
            config.RelativeBuckets - 1, exact + (int)(MathF.Log(distance / (float)exact) / Math.Log((double)config.RelativeMaxDistance / exact) * (config.RelativeBuckets - exact))))).Reverse().ToArray();
        var table = weights["decoder.relative_bias.weight"];
        return table.index_select(0, tensor(buckets, device: table.device)).t().view(1, stack.Heads, 1, count);
    }
}
