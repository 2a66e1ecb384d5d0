using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Gathers what rules change in the scores of a step, and makes the changes for all rows in a few operations, none of which walks the vocabulary.</summary>
internal sealed class ScoreEdits(int vocabulary)
{
    // TorchSharp's temporary scalars are not safe from the garbage collector; these live for ever.
    private static readonly Scalar Never = float.NegativeInfinity;
    private static readonly Scalar Zero = 0f;

    private readonly List<long> forbidden = [], worsened = [], allowed = [], bounded = [], forced = [], forcedRows = [], raised = [], biased = [];
    private readonly List<float> factors = [], shares = [], biases = [];
    private readonly List<(int Row, Action<Tensor> Change)> changes = [];

    public void Forbid(int row, int id) => forbidden.Add(At(row, id));

    /// <summary>Forbids ids in all rows, at once.</summary>
    public static void ForbidInAll(Tensor scores, IReadOnlyList<int> ids)
    {
        if (ids.Count > 0)
        {
            scores.index_fill_(1, tensor(ids.Select(id => (long)id).ToArray(), device: scores.device), Never);
        }
    }

    /// <summary>Adds to a score, once between two calls of <see cref="Flush"/>.</summary>
    public void Add(int row, int id, float bias)
    {
        biased.Add(At(row, id));
        biases.Add(bias);
    }

    public void Worsen(int row, ReadOnlySpan<int> ids, float factor)
    {
        foreach (var id in ids)
        {
            worsened.Add(At(row, id));
            factors.Add(factor);
        }
    }

    public void AllowOnly(int row, IEnumerable<int> ids)
    {
        bounded.Add(row);
        foreach (var id in ids)
        {
            allowed.Add(At(row, id));
        }
    }

    public void Force(int row, int id)
    {
        forcedRows.Add(row);
        forced.Add(At(row, id));
    }

    public void Raise(int row, int id, float share)
    {
        raised.Add(At(row, id));
        shares.Add(share);
    }

    public void Change(int row, Action<Tensor> change) => changes.Add((row, change));

    /// <summary>Makes the changes noted since the last time.</summary>
    /// <param name="scores">Contiguous scores, <c>[rows, vocabulary]</c>, changed in place.</param>
    public void Flush(Tensor scores)
    {
        var flat = scores.view(-1);
        Add(flat);
        Worsen(flat);
        Forbid(flat);
        AllowOnly(scores, flat);
        Force(scores, flat);
        Raise(flat);
    }

    /// <summary>Makes the changes that others' code makes, each on a view of its own row.</summary>
    /// <param name="scores">Scores, <c>[rows, vocabulary]</c>, changed in place.</param>
    /// <param name="onFault">Is told the row and what its change threw.</param>
    public void Run(Tensor scores, Action<int, Exception> onFault)
    {
        foreach (var (row, change) in changes)
        {
            try
            {
                change(scores.select(0, row));
            }
#pragma warning disable CA1031 // A fault in one request's rule ends that request alone.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                onFault(row, fault);
            }
        }

        changes.Clear();
    }

    private static Tensor Take(List<long> indices, Tensor beside)
    {
        var taken = tensor(indices.ToArray(), device: beside.device);
        indices.Clear();
        return taken;
    }

    private static Tensor Take(List<float> values, Tensor beside)
    {
        var taken = tensor(values.ToArray(), device: beside.device);
        values.Clear();
        return taken;
    }

    private void Add(Tensor flat)
    {
        if (biased.Count > 0)
        {
            var (at, by) = (Take(biased, flat), Take(biases, flat));
            flat.index_copy_(0, at, Ops.Add(flat.index_select(0, at), by));
        }
    }

    private void Worsen(Tensor flat)
    {
        if (worsened.Count > 0)
        {
            var (at, by) = (Take(worsened, flat), Take(factors, flat));
            var old = flat.index_select(0, at);
            flat.index_copy_(0, at, where(old < Zero, old * by, old / by));
        }
    }

    private void Forbid(Tensor flat)
    {
        if (forbidden.Count > 0)
        {
            flat.index_fill_(0, Take(forbidden, flat), Never);
        }
    }

    private void AllowOnly(Tensor scores, Tensor flat)
    {
        if (bounded.Count > 0)
        {
            var at = Take(allowed, flat);
            var kept = flat.index_select(0, at);
            scores.index_fill_(0, Take(bounded, flat), Never);
            flat.index_copy_(0, at, kept);
        }
    }

    private void Force(Tensor scores, Tensor flat)
    {
        if (forced.Count > 0)
        {
            scores.index_fill_(0, Take(forcedRows, flat), Never);
            flat.index_fill_(0, Take(forced, flat), Zero);
        }
    }

    private void Raise(Tensor flat)
    {
        if (raised.Count > 0)
        {
            var (at, by) = (Take(raised, flat), Take(shares, flat));
            var old = flat.index_select(0, at);

            // A forbidden end stays forbidden; the reference makes NaN of it, and then writes it.
            flat.index_copy_(0, at, where(old.isinf(), old, Ops.Add(old, old.abs() * by)));
        }
    }

    private long At(int row, int id) => ((long)row * vocabulary) + id;
}
