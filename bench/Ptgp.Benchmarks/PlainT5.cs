using Ptgp.Backbone;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Ptgp.Benchmarks;

/// <summary>
/// The named reference: T5's decoding as one writes it first. Gradients on, caches that grow by <c>cat</c> and are reordered by
/// <c>index_select</c>, RMS norms by hand, attention by <c>matmul</c>, weights as the checkpoint holds them.
/// </summary>
internal sealed class PlainT5(Transformer transformer)
{
    private readonly IReadOnlyDictionary<string, Parameter> weights = transformer.NamedParameters;
    private readonly StackConfig stack = transformer.Config.Decoder!;
    private readonly TransformerConfig config = transformer.Config;
    private List<(Tensor K, Tensor V)> self = [], cross = [];
    private Tensor bias = null!;

    /// <summary>Writes <paramref name="count"/> tokens to each source state <c>[batch, length, width]</c> and returns them, <c>[batch, count]</c>.</summary>
    public Tensor Greedy(Tensor states, int count)
    {
        using var scope = NewDisposeScope();
        Begin(states, count);
        var next = zeros([states.size(0), 1], int64, states.device);
        List<Tensor> written = [];
        for (var position = 0; position < count; position++)
        {
            next = Step(next, position).argmax(-1, keepdim: true);
            written.Add(next);
        }

        return cat(written, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Writes with beams and returns the summed log-probability of the best, <c>[batch]</c>.</summary>
    public Tensor Beams(Tensor states, int beams, int count)
    {
        using var scope = NewDisposeScope();
        var sources = states.size(0);
        Begin(states.repeat_interleave(beams, 0), count);
        var next = zeros([sources * beams, 1], int64, states.device);
        var sums = full([sources, beams], float.NegativeInfinity, dtype: float32, device: states.device);
        sums[TensorIndex.Colon, 0] = 0;
        var first = (arange(sources, device: states.device) * beams).unsqueeze(1);
        for (var position = 0; position < count; position++)
        {
            var scores = nn.functional.log_softmax(Step(next, position).to_type(float32), -1).view(sources, beams, -1) + sums.unsqueeze(-1);
            var (best, places) = scores.view(sources, -1).topk(2 * beams, -1);
            sums = best[TensorIndex.Colon, ..beams];
            var kept = places[TensorIndex.Colon, ..beams];
            var rows = (first + kept.div(config.OutputVocabulary, RoundingMode.floor).to(int64)).flatten();
            next = kept.remainder(config.OutputVocabulary).view(-1, 1);
            self = [.. self.Select(cache => (cache.K.index_select(0, rows), cache.V.index_select(0, rows)))];
        }

        return sums[TensorIndex.Colon, 0].MoveToOuterDisposeScope();
    }

    private void Begin(Tensor states, int count)
    {
        self = [];
        cross = [.. Enumerable.Range(0, stack.Layers).Select(i => (
            Heads(Linear(states, $"decoder.layers.{i}.cross_attention.k")), Heads(Linear(states, $"decoder.layers.{i}.cross_attention.v"))))];
        bias = Bias(count);
    }

    private Tensor Step(Tensor tokens, int position)
    {
        var x = weights["embeddings.weight"].index_select(0, tokens.flatten()).unsqueeze(1);
        for (var i = 0; i < stack.Layers; i++)
        {
            var at = $"decoder.layers.{i}.";
            var h = Norm(x, at + "self_attention_norm");
            var (k, v) = (Heads(Linear(h, at + "self_attention.k")), Heads(Linear(h, at + "self_attention.v")));
            if (position == 0)
            {
                self.Add((k, v));
            }
            else
            {
                self[i] = (cat([self[i].K, k], 2), cat([self[i].V, v], 2));
            }

            x = x + Attend(Heads(Linear(h, at + "self_attention.q")), self[i], bias.narrow(3, bias.size(3) - 1 - position, position + 1), at + "self_attention.o");
            h = Norm(x, at + "cross_attention_norm");
            x = x + Attend(Heads(Linear(h, at + "cross_attention.q")), cross[i], null, at + "cross_attention.o");
            h = Norm(x, at + "feed_forward_norm");
            x = x + Linear(nn.functional.relu(Linear(h, at + "feed_forward.up")), at + "feed_forward.down");
        }

        return nn.functional.linear(Norm(x, "decoder.norm") * config.OutputScale, weights["embeddings.weight"]).squeeze(1);
    }

    private Tensor Attend(Tensor q, (Tensor K, Tensor V) seen, Tensor? bias, string output)
    {
        var scores = matmul(q, seen.K.transpose(2, 3));
        var mixed = matmul(nn.functional.softmax(bias is null ? scores : scores + bias, -1), seen.V);
        return Linear(mixed.transpose(1, 2).flatten(2), output);
    }

    private Tensor Linear(Tensor x, string name) => nn.functional.linear(x, weights[name + ".weight"]);

    private Tensor Norm(Tensor x, string name) => x * rsqrt(x.pow(2).mean([-1], keepdim: true) + config.NormEpsilon) * weights[name + ".weight"];

    private Tensor Heads(Tensor x) => x.view(x.size(0), x.size(1), stack.Heads, stack.HeadWidth).transpose(1, 2);

    // [1, heads, 1, count]: the bias of distance count - 1 first, of distance 0 last.
    private Tensor Bias(int count)
    {
        var exact = config.RelativeBuckets / 2;
        var buckets = Enumerable.Range(0, count).Select(distance => (long)(distance < exact ? distance : Math.Min(
            config.RelativeBuckets - 1, exact + (int)(MathF.Log(distance / (float)exact) / Math.Log((double)config.RelativeMaxDistance / exact) * (config.RelativeBuckets - exact))))).Reverse().ToArray();
        return weights["decoder.relative_bias.weight"].index_select(0, tensor(buckets, device: transformer.Device)).t().view(1, stack.Heads, 1, count);
    }
}
