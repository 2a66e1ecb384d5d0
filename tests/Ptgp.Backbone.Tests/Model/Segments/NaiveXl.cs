using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Segments;

/// <summary>
/// Transformer-XL once more, in double precision and loops, from the equations of the paper (Dai et al. 2019, sections 3.2 and 3.3; Grave et al. 2017): the four
/// terms of a score apart, the distance of each pair computed for that pair. It shares no line with the backbone.
/// </summary>
internal sealed class NaiveXl
{
    private readonly TransformerConfig config;
    private readonly StackConfig stack;
    private readonly Dictionary<string, double[][]> weights = [];

    public NaiveXl(Transformer transformer)
    {
        (config, stack) = (transformer.Config, transformer.Config.Decoder!);
        foreach (var (name, parameter) in transformer.NamedParameters)
        {
            var (rows, width) = ((int)(parameter.dim() == 1 ? 1 : parameter.size(0)), (int)parameter.size(-1));
            var values = parameter.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
            weights[name] = [.. Enumerable.Range(0, rows).Select(row => values[(row * width)..((row + 1) * width)])];
        }
    }

    /// <summary>Gets what is remembered before the first segment: zeros.</summary>
    public double[][][] Nothing => [.. Enumerable.Range(0, stack.Layers).Select(_ => Enumerable.Range(0, stack.Memory).Select(_ => new double[config.Width]).ToArray())];

    /// <summary>Whether the query at a place of a segment may see a key, counted from the first of the memory.</summary>
    public bool Sees(int query, int key) => key <= stack.Memory + query && (stack.Window == 0 || stack.Memory + query - key < stack.Window);

    /// <summary>Reads a segment: the states that each layer reads, then the last ones, and the attention of each layer's heads.</summary>
    public (List<double[][]> States, List<double[][][]> Attention) Read(long[] ids, double[][][] memory, Func<int, int, bool> sees)
    {
        var x = ids.Select(Embed).ToArray();
        List<double[][]> states = [x];
        List<double[][][]> attention = [];
        for (var layer = 0; layer < stack.Layers; layer++)
        {
            x = Layer($"decoder.layers.{layer}.", x, memory[layer], sees, attention);
            states.Add(x);
        }

        return (states, attention);
    }

    /// <summary>Moves the memory on by a segment.</summary>
    public double[][][] Remember(double[][][] memory, List<double[][]> states) => [.. memory.Select((old, layer) => old.Concat(states[layer]).TakeLast(stack.Memory).ToArray())];

    /// <summary>Computes the log-probability of each id after a state.</summary>
    public double[] LogProbabilities(double[] state)
    {
        int[] ends = [0, .. config.Adaptive!.Cutoffs, config.Vocabulary];
        var result = new double[config.Vocabulary];
        var clusters = ends.Length - 1;
        var head = Scores(0, state).ToList();
        for (var tail = 0; tail < clusters - 1; tail++)
        {
            head.Add(Dot(weights["output.tails.weight"][tail], Narrow(0, state)) + weights["output.tails.bias"][0][tail]);
        }

        var total = LogSum(head);
        for (var id = 0; id < ends[1]; id++)
        {
            result[id] = head[id] - total;
        }

        for (var cluster = 1; cluster < clusters; cluster++)
        {
            var scores = Scores(cluster, state);
            var sum = LogSum(scores);
            for (var id = ends[cluster]; id < ends[cluster + 1]; id++)
            {
                result[id] = head[ends[1] + cluster - 1] - total + scores[id - ends[cluster]] - sum;
            }
        }

        return result;

        double[] Scores(int cluster, double[] from)
        {
            var near = Narrow(cluster, from);
            return [.. Enumerable.Range(ends[cluster], ends[cluster + 1] - ends[cluster]).Select(id => Dot(Row("clusters", cluster, id), near) + Bias(cluster, id))];
        }

        double[] Row(string part, int cluster, int id)
        {
            var from = config.TiesOutput ? "embeddings" : "output";
            return IsOneTable ? weights[$"{from}.{part}.0.weight"][id] : weights[$"{from}.{part}.{cluster}.weight"][id - ends[cluster]];
        }

        double Bias(int cluster, int id) => IsOneTable ? weights["output.clusters.0.bias"][0][id] : weights[$"output.clusters.{cluster}.bias"][0][id - ends[cluster]];

        double[] Narrow(int cluster, double[] from)
        {
            if (IsOneTable && config.Adaptive.EmbeddingWidth == config.Width)
            {
                return from;
            }

            var name = config.Adaptive.TiesProjections[cluster] ? $"embeddings.projections.{(IsOneTable ? 0 : cluster)}.weight" : $"output.projections.{cluster}.weight";
            var projection = weights[name];                       // [width, own width]
            return [.. Enumerable.Range(0, projection[0].Length).Select(column => Enumerable.Range(0, config.Width).Sum(row => from[row] * projection[row][column]))];
        }
    }

    private bool IsOneTable => config.Adaptive!.Divisor == 1;

    private double[] Embed(long id)
    {
        int[] ends = [0, .. config.Adaptive!.Cutoffs, config.Vocabulary];
        var cluster = IsOneTable ? 0 : Enumerable.Range(0, ends.Length - 1).First(i => id < ends[i + 1]);
        var vector = weights[$"embeddings.clusters.{cluster}.weight"][id - (IsOneTable ? 0 : ends[cluster])];
        var wide = weights.TryGetValue($"embeddings.projections.{cluster}.weight", out var projection) ? Times(projection, vector) : vector;
        return [.. wide.Select(value => value * Math.Sqrt(config.Width))];
    }

    private double[][] Layer(string name, double[][] x, double[][] memory, Func<int, int, bool> sees, List<double[][][]> attention)
    {
        var isFirst = config.NormPlacement == NormPlacement.Before;
        double[][] seen = [.. memory.Concat(x).Select(state => isFirst ? Norm(name + "self_attention_norm", state) : state)];
        var maps = Enumerable.Range(0, stack.Heads).Select(_ => new double[x.Length][]).ToArray();
        var result = new double[x.Length][];
        var biases = stack.SharesDistanceBiases ? "decoder.biases." : name + "distances.biases.";
        for (var i = 0; i < x.Length; i++)
        {
            var mixed = new double[stack.Heads * stack.HeadWidth];
            var query = Times(weights[name + "self_attention.q.weight"], seen[memory.Length + i]);
            for (var head = 0; head < stack.Heads; head++)
            {
                var own = Part(query, head);
                var (u, v) = (weights[biases + "content.bias"][head], weights[biases + "position.bias"][head]);
                var scores = new double[seen.Length];
                Array.Fill(scores, double.NegativeInfinity);
                for (var j = 0; j < seen.Length; j++)
                {
                    if (sees(i, j))
                    {
                        var key = Part(Times(weights[name + "self_attention.k.weight"], seen[j]), head);
                        var distance = Part(Times(weights[name + "distances.r.weight"], Sinusoid(memory.Length + i - j)), head);
                        scores[j] = (Dot(own, key) + Dot(own, distance) + Dot(u, key) + Dot(v, distance)) / Math.Sqrt(stack.HeadWidth);
                    }
                }

                var total = LogSum(scores);
                maps[head][i] = [.. scores.Select(score => Math.Exp(score - total))];
                for (var j = 0; j < seen.Length; j++)
                {
                    var value = Part(Times(weights[name + "self_attention.v.weight"], seen[j]), head);
                    for (var k = 0; k < stack.HeadWidth; k++)
                    {
                        mixed[(head * stack.HeadWidth) + k] += maps[head][i][j] * value[k];
                    }
                }
            }

            var attended = Add(x[i], Times(weights[name + "self_attention.o.weight"], mixed));
            attended = isFirst ? attended : Norm(name + "self_attention_norm", attended);
            var read = isFirst ? Norm(name + "feed_forward_norm", attended) : attended;
            var inner = Add(Times(weights[name + "feed_forward.up.weight"], read), weights[name + "feed_forward.up.bias"][0]).Select(value => Math.Max(value, 0)).ToArray();
            var made = Add(attended, Add(Times(weights[name + "feed_forward.down.weight"], inner), weights[name + "feed_forward.down.bias"][0]));
            result[i] = isFirst ? made : Norm(name + "feed_forward_norm", made);
        }

        attention.Add(maps);
        return result;
    }

    private double[] Sinusoid(int distance)
    {
        var near = stack.DistanceLimit > 0 ? Math.Min(distance, stack.DistanceLimit) : distance;
        var half = config.Width / 2;
        return [.. Enumerable.Range(0, config.Width).Select(i => (i < half ? (Func<double, double>)Math.Sin : Math.Cos)(near / Math.Pow(10000, 2.0 * (i % half) / config.Width)))];
    }

    private double[] Part(double[] all, int head) => all[(head * stack.HeadWidth)..((head + 1) * stack.HeadWidth)];

    private double[] Norm(string name, double[] x)
    {
        var mean = x.Average();
        var root = Math.Sqrt(x.Select(value => (value - mean) * (value - mean)).Average() + config.NormEpsilon);
        return [.. x.Select((value, i) => ((value - mean) / root * weights[name + ".weight"][0][i]) + weights[name + ".bias"][0][i])];
    }

    private static double[] Times(double[][] matrix, double[] x) => [.. matrix.Select(row => Dot(row, x))];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (one, other) => one * other).Sum();

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (one, other) => one + other)];

    private static double LogSum(IReadOnlyCollection<double> values)
    {
        var most = values.Max();
        return most + Math.Log(values.Sum(value => Math.Exp(value - most)));
    }
}
