using Ptgp.Backbone;
using Ptgp.Backbone.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Ptgp.Benchmarks;

/// <summary>
/// The named reference: a step of T5's training as one writes it first. RMS norms by hand, attention by <c>matmul</c>, TorchSharp's AdamW, the norm of gradients read back to cut them, one
/// dispose scope.
/// </summary>
internal sealed class PlainT5Training : IDisposable
{
    private readonly Dictionary<string, Parameter> weights;
    private readonly TransformerConfig config;
    private readonly StackConfig stack;
    private readonly double dropout;
    private readonly optim.Optimizer optimizer;

    public PlainT5Training(Transformer transformer, double dropout)
    {
        (config, stack, this.dropout) = (transformer.Config, transformer.Config.Decoder!, dropout);
        weights = transformer.NamedParameters.ToDictionary(weight => weight.Key, weight => new Parameter(weight.Value.detach().clone().DetachFromDisposeScope()));
        optimizer = optim.AdamW(weights.Values, lr: 1e-4, weight_decay: 0.01);
    }

    /// <summary>Makes a step and returns the mean loss.</summary>
    /// <param name="source">What is read, <c>[batch, length]</c>.</param>
    /// <param name="labels">What is to be written, <c>[batch, length]</c>.</param>
    /// <param name="rounds">Whether factors are rounded to bfloat16.</param>
    public double Step(Tensor source, Tensor labels, bool rounds)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        Tensor loss;
        using (rounds ? Autocast.Begin(TorchSharp.DeviceType.CPU) : null)
        {
            var states = Read(source);
            var inputs = cat([zeros([labels.size(0), 1], int64), labels.narrow(1, 0, labels.size(1) - 1)], 1);
            var logits = Linear(Write(inputs, states) * config.OutputScale, "embeddings");
            loss = nn.functional.cross_entropy(logits.view(-1, config.Vocabulary), labels.view(-1));
        }

        loss.backward();
        nn.utils.clip_grad_norm_(weights.Values, 1);
        optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        foreach (var weight in weights.Values)
        {
            weight.Dispose();
        }
    }

    private Tensor Read(Tensor ids)
    {
        var x = Drop(Embed(ids));
        var bias = Bias("encoder", (int)ids.size(1), isBidirectional: true);
        for (var i = 0; i < stack.Layers; i++)
        {
            var at = $"encoder.layers.{i}.";
            var h = Norm(x, at + "self_attention_norm");
            x = x + Drop(Attend(h, h, bias, at + "self_attention."));
            x = x + Drop(FeedForward(Norm(x, at + "feed_forward_norm"), at + "feed_forward."));
        }

        return Drop(Norm(x, "encoder.norm"));
    }

    private Tensor Write(Tensor ids, Tensor states)
    {
        var x = Drop(Embed(ids));
        var length = (int)ids.size(1);
        var bias = Bias("decoder", length, isBidirectional: false) + full([length, length], -1e9f).triu(1);
        for (var i = 0; i < stack.Layers; i++)
        {
            var at = $"decoder.layers.{i}.";
            var h = Norm(x, at + "self_attention_norm");
            x = x + Drop(Attend(h, h, bias, at + "self_attention."));
            x = x + Drop(Attend(Norm(x, at + "cross_attention_norm"), states, null, at + "cross_attention."));
            x = x + Drop(FeedForward(Norm(x, at + "feed_forward_norm"), at + "feed_forward."));
        }

        return Drop(Norm(x, "decoder.norm"));
    }

    private Tensor Attend(Tensor x, Tensor seen, Tensor? bias, string at)
    {
        var (q, k, v) = (Heads(Linear(x, at + "q")), Heads(Linear(seen, at + "k")), Heads(Linear(seen, at + "v")));
        var scores = matmul(q, k.transpose(2, 3));
        var mixed = matmul(Drop(nn.functional.softmax(bias is null ? scores : scores + bias, -1)).to_type(v.dtype), v);
        return Linear(mixed.transpose(1, 2).flatten(2), at + "o");
    }

    private Tensor FeedForward(Tensor x, string at) => Linear(Drop(nn.functional.relu(Linear(x, at + "up"))), at + "down");

    private Tensor Embed(Tensor ids) => weights["embeddings.weight"].index_select(0, ids.flatten()).view(ids.size(0), ids.size(1), -1);

    private Tensor Drop(Tensor x) => dropout > 0 ? nn.functional.dropout(x, dropout) : x;

    private Tensor Linear(Tensor x, string name) => nn.functional.linear(x, weights[name + ".weight"]);

    private Tensor Norm(Tensor x, string name) => x * rsqrt(x.pow(2).mean([-1], keepdim: true) + config.NormEpsilon) * weights[name + ".weight"];

    private Tensor Heads(Tensor x) => x.view(x.size(0), x.size(1), stack.Heads, stack.HeadWidth).transpose(1, 2);

    private Tensor Bias(string at, int length, bool isBidirectional)
    {
        var (all, most) = (isBidirectional ? config.RelativeBuckets / 2 : config.RelativeBuckets, Math.Log((double)config.RelativeMaxDistance));
        var buckets = new long[length * length];
        for (var query = 0; query < length; query++)
        {
            for (var key = 0; key < length; key++)
            {
                var distance = isBidirectional ? Math.Abs(key - query) : Math.Max(0, query - key);
                var exact = all / 2;
                buckets[(query * length) + key] = (isBidirectional && key > query ? all : 0) + (distance < exact ? distance
                    : Math.Min(all - 1, exact + (int)(Math.Log(distance / (double)exact) / (most - Math.Log(exact)) * (all - exact))));
            }
        }

        return weights[at + ".relative_bias.weight"].index_select(0, tensor(buckets)).view(length, length, -1).permute(2, 0, 1).unsqueeze(0);
    }
}
