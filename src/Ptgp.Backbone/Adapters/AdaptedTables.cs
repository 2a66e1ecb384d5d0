using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The tables of a backbone — embeddings, and the layer that makes logits — as an adapter changes them.</summary>
internal static class AdaptedTables
{
    public const string Embeddings = "embeddings", TargetEmbeddings = "target_embeddings", Output = "output";

    /// <summary>Looks up rows: <c>[ids]</c> of int64 to <c>[ids, width]</c>.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="table">The shared table, <c>[vocabulary, width]</c>.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="adapter">The task's adapter; null for none.</param>
    public static Tensor Rows(string name, Tensor table, Tensor ids, Adapter? adapter)
    {
        if (adapter is null)
        {
            return table.index_select(0, ids);
        }

        var rows = (adapter.Replacements.TryGetValue(name + ".weight", out var own) ? own : table).index_select(0, ids);
        return (adapter.Deltas.TryGetValue(name, out var delta) ? Ops.Add(rows, ((LowRankDelta)delta).LookUp(ids)) : rows).to_type(table.dtype);
    }

    /// <summary>Tells whether an adapter changes a table of embeddings.</summary>
    public static bool ChangeEmbeddings(Adapter adapter) => adapter.Replacements.ContainsKey(Embeddings + ".weight") || adapter.Replacements.ContainsKey(TargetEmbeddings + ".weight")
        || adapter.Deltas.ContainsKey(Embeddings) || adapter.Deltas.ContainsKey(TargetEmbeddings);

    /// <summary>Tells whether an adapter changes the layer that makes logits.</summary>
    public static bool Change(Adapter? adapter) => adapter is not null && (adapter.Replacements.ContainsKey(Output + ".weight") || adapter.Deltas.ContainsKey(Output));

    /// <summary>Turns scaled states into logits, <c>[…, width]</c> to <c>[…, vocabulary]</c>; null when the adapter leaves them to the shared layer.</summary>
    /// <param name="states">The states.</param>
    /// <param name="weight">The shared weights, <c>[vocabulary, width]</c>.</param>
    /// <param name="bias">The shared bias, <c>[vocabulary]</c>; null for none.</param>
    /// <param name="shared">Computes with the shared layer.</param>
    /// <param name="adapter">The task's adapter; null for none.</param>
    public static Tensor? Logits(Tensor states, Tensor weight, Tensor? bias, Func<Tensor, Tensor> shared, Adapter? adapter)
    {
        if (!Change(adapter))
        {
            return null;
        }

        var isReplaced = adapter!.Replacements.TryGetValue(Output + ".weight", out var own);
        var delta = adapter.Deltas.GetValueOrDefault(Output);
        var x = delta is null ? states : delta.ChangeInput(states);
        var y = isReplaced ? nn.functional.linear(x.to_type(own!.dtype), own, bias?.to_type(own.dtype)).to_type(x.dtype) : shared(x);
        return delta is null ? y : delta.ChangeOutput(y, x, isReplaced ? own! : weight, bias);
    }
}
