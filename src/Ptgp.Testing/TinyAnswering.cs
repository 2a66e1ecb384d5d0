using Ptgp.Backbone;
using static TorchSharp.torch;

namespace Ptgp.Testing;

/// <summary>Answers a head's requests one by one: predicts by the head itself, and writes greedily a few tokens.</summary>
internal sealed class TinyAnswering<TInput, TPart, TPartOutput, TOutput>(TaskHead<TInput, TPart, TPartOutput, TOutput> head, TinyBackbone backbone, GenerationOptions options)
    : IAnswering<TPart, TPartOutput, TOutput>
{
    private const int Most = 8;

    public GenerationOptions Options { get; } = options;

    public Task<TPartOutput> PredictAsync(TPart part, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var batch = TinyBatch.Of([head.EncodeInput(part)], backbone.Tokenizer.PadId);
        return Task.FromResult(head.Predict(new()
        {
            Parts = [part],
            Batch = batch,
            Encoded = backbone.Encode(head.Embed(batch)),
            Labels = empty([1, 0], int64),
            Values = empty([1, 0], float32),
        })[0]);
    }

    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation) => Task.FromResult<IEncodedInput>(new Encoded(features));

    public Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation)
    {
        if (request.Source is null == request.Encoded is null)
        {
            throw new ArgumentException("A writing request must have either Source or Encoded.", nameof(request));
        }

        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var features = request.Source ?? ((Encoded)request.Encoded!).Features;
        var options = request.Options.Or(Options);
        var most = request.Options.MaxNewTokens ?? Math.Min(Most, options.MaxNewTokens ?? Most); // a head that says how many may count on them
        using var state = backbone.Begin(backbone.Encode(head.Embed(TinyBatch.Of([features], backbone.Tokenizer.PadId))), request.Prefix.Count + most + 1);
        return Task.FromResult(Write(request, options, state, features.Length, most));
    }

    public void Report(TOutput soFar)
    {
    }

    public void ReportProgress(double share)
    {
    }

    private Written Write(WritingRequest request, GenerationOptions options, DecodingState state, int sourceLength, int most)
    {
        List<int> written = [.. request.Prefix];
        List<float> logProbabilities = [];
        IReadOnlyList<float> probabilities = [];
        var finish = FinishReason.Length;
        int[] ends = [.. options.EosTokenId ?? [backbone.Tokenizer.EndId]];
        var next = options.DecoderStartTokenId ?? backbone.Tokenizer.PadId;
        for (var step = 0; step < request.Prefix.Count + most; step++)
        {
            var scores = nn.functional.log_softmax(state.Next(tensor([(long)next], [1, 1])).squeeze(0), 0);            // [vocabulary]
            if (step == (request.ProbabilitiesAfter ?? request.Prefix.Count))
            {
                probabilities = [.. request.ProbabilitiesOf.Select(id => MathF.Exp(scores[id].item<float>()))];
            }

            if (step < request.Prefix.Count)
            {
                next = request.Prefix[step];
                continue;
            }

            foreach (var rule in request.Rules)
            {
                scores = Allow(scores, rule.Allowed(written, request.Prefix.Count));
                rule.Apply(written, request.Prefix.Count, scores);
            }

            next = (int)scores.argmax().item<long>();
            logProbabilities.Add(scores[next].item<float>());
            if (ends.Contains(next))
            {
                finish = FinishReason.End;
                break;
            }

            written.Add(next);
            request.OnPiece?.Invoke(new(backbone.Tokenizer.Decode([next])));
        }

        int[] ids = [.. written.Skip(request.Prefix.Count)];
        return new()
        {
            Probabilities = probabilities,
            Hypotheses =
            [
                new()
                {
                    Ids = ids,
                    Text = backbone.Tokenizer.Decode(ids),
                    Score = logProbabilities.Sum(),
                    LogProbabilities = logProbabilities,
                    Finish = finish,
                    Attention = Attention(request, written.Count, sourceLength),
                },
            ],
        };
    }

    private static Tensor Allow(Tensor scores, IReadOnlyCollection<int>? allowed)
    {
        if (allowed is null)
        {
            return scores;
        }

        var ids = tensor(allowed.Select(id => (long)id).ToArray());
        using TorchSharp.Scalar never = double.NegativeInfinity;
        return full_like(scores, never).index_copy_(0, ids, scores.index_select(0, ids));
    }

    // A random backbone's attention says nothing; evenly spread, it has the right shape.
    private static IReadOnlyList<float[,]> Attention(WritingRequest request, int rows, int columns)
    {
        if (request.Attention is null)
        {
            return [];
        }

        var map = new float[rows, columns];
        for (var i = 0; i < map.Length; i++)
        {
            map[i / columns, i % columns] = 1f / columns;
        }

        return [.. Enumerable.Repeat(map, request.Attention.Heads?.Count ?? 1)];
    }

    private sealed class Encoded(Features features) : IEncodedInput
    {
        public Features Features => features;

        public int Length => features.Length;

        public void Dispose()
        {
        }
    }
}
