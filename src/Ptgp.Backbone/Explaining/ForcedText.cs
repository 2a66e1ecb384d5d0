using static TorchSharp.torch;

namespace Ptgp.Backbone.Explaining;

/// <summary>A sequence that was written, made to be written again: what the backbone thinks of each of its tokens, before any rule.</summary>
/// <param name="transformer">The weights.</param>
/// <param name="adapter">The task's deltas.</param>
/// <param name="startId">The id before the sequence, where what is written has an encoder beside it.</param>
/// <param name="ids">The sequence, at least one id, the end among them if it was written.</param>
public sealed class ForcedText(Transformer transformer, Adapter? adapter, int startId, IReadOnlyList<int> ids)
{
    /// <summary>Gets the id before the sequence.</summary>
    public int StartId => startId;

    /// <summary>Gets the sequence.</summary>
    public IReadOnlyList<int> Ids => ids;

    /// <summary>Computes the log-probability of every token of the vocabulary at each place, given what was read and the tokens before: float32 <c>[ids, vocabulary]</c>.</summary>
    /// <param name="source">What was read, one row.</param>
    /// <param name="capture">Where attention goes when it is wanted.</param>
    public Tensor LogProbabilities(EncodedStates source, StateCapture? capture = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var states = source.IsCausal
            ? transformer.Decode(source, Row(ids), adapter, capture)
            : transformer.DecodeInputs(source, Row([startId, .. ids.SkipLast(1)]), adapter, capture);              // [1, ids, width]
        return transformer.Project(states, adapter).to_type(ScalarType.Float32).log_softmax(-1).squeeze(0);
    }

    /// <summary>Computes the log-probability of each token of the sequence, <c>[ids]</c>.</summary>
    /// <param name="source">What was read, one row.</param>
    public Tensor OwnLogProbabilities(EncodedStates source) => Own(LogProbabilities(source));

    /// <summary>Says for each place how the token written there compares with others.</summary>
    /// <param name="logProbabilities">What <see cref="LogProbabilities"/> gave.</param>
    /// <param name="count">How many of the likeliest tokens are named.</param>
    public IReadOnlyList<TokenChoice> Choices(Tensor logProbabilities, int count)
    {
        ArgumentNullException.ThrowIfNull(logProbabilities);
        using var scope = NewDisposeScope();
        var own = Own(logProbabilities);
        var ranks = Generation.Host.Longs(logProbabilities.gt(own.unsqueeze(1)).sum(1, type: ScalarType.Int64).contiguous());
        var (best, at) = logProbabilities.topk((int)Math.Min(Math.Max(1, count), logProbabilities.size(1)), 1);
        var (values, places, chosen, most) = (InputSlopes.Read(best), Generation.Host.Longs(at.contiguous()), InputSlopes.Read(own), (int)best.size(1));
        return [.. ids.Select((id, step) => new TokenChoice
        {
            Id = id,
            LogProbability = chosen[step],
            Rank = (int)ranks[step] + 1,
            Best = [.. Enumerable.Range(step * most, Math.Min(count, most)).Select(i => new RatedToken((int)places[i], values[i]))],
        })];
    }

    private Tensor Own(Tensor logProbabilities) => logProbabilities.gather(1, tensor(ids.Select(id => (long)id).ToArray(), device: logProbabilities.device).unsqueeze(1)).squeeze(1);

    private Tensor Row(IReadOnlyList<int> row) => tensor(row.Select(id => (long)id).ToArray(), device: transformer.Device).unsqueeze(0);
}
