using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The low-rank deltas of all that a checkpoint stores as one module, as one delta.</summary>
internal sealed record JoinedDelta
{
    /// <summary>Gets the way down, <c>[rank, in]</c>.</summary>
    public required Tensor A { get; init; }

    /// <summary>Gets the way up, <c>[out of all, rank]</c>.</summary>
    public required Tensor B { get; init; }

    /// <summary>Gets what the delta is multiplied by.</summary>
    public required double Scale { get; init; }

    /// <summary>Gets the share of what the delta reads that is dropped in training.</summary>
    public required double Dropout { get; init; }

    /// <summary>Gets the lengths of weights, <c>[out of all]</c>; null where they are not learned apart.</summary>
    public Tensor? Magnitudes { get; init; }

    /// <summary>Gets the biases, <c>[out of all]</c>; null where they are the backbone's.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>Joins the deltas of a module; null when it has none.</summary>
    public static JoinedDelta? Of(Adapter adapter, PeftModule module)
    {
        LowRankDelta?[] parts = [.. module.Paths.Select(path => adapter.Deltas.GetValueOrDefault(path) as LowRankDelta)];
        if (parts.OfType<LowRankDelta>().FirstOrDefault() is not { } first)
        {
            return null;
        }

        if (parts.Length == 1)
        {
            return new() { A = first.A, B = first.B, Scale = first.Scale, Dropout = first.Dropout, Magnitudes = (first as DecomposedDelta)?.Magnitudes, Bias = first.Bias };
        }

        // Deltas with an A of their own each have their own columns of B, so that none changes another's outputs.
        Tensor[] downs = [.. parts.OfType<LowRankDelta>().Select(part => (Tensor)part.A).DistinctBy(a => a.Handle)];
        var (rank, columns) = (downs.Sum(a => a.size(0)), new Dictionary<nint, long>());
        foreach (var a in downs)
        {
            columns[a.Handle] = columns.Count == 0 ? 0 : downs.TakeWhile(other => other.Handle != a.Handle).Sum(other => other.size(0));
        }

        return new()
        {
            A = cat(downs, 0),
            B = cat([.. parts.Zip(module.Outputs, Widened)], 0),
            Scale = first.Scale,
            Dropout = first.Dropout,
            Magnitudes = parts.All(part => part is DecomposedDelta) ? cat([.. parts.Select(part => ((DecomposedDelta)part!).Magnitudes)], 0) : null,
            Bias = parts.All(part => part?.Bias is not null) ? cat([.. parts.Select(part => part!.Bias!)], 0) : null,
        };

        Tensor Widened(LowRankDelta? part, long outputs)
        {
            var wide = zeros([outputs, rank], first.B.dtype, first.B.device);
            if (part is not null)
            {
                wide.narrow(1, columns[part.A.Handle], part.B.size(1)).copy_(part.B.detach().mul(tensor(part.Scale / first.Scale, part.B.dtype, part.B.device)));
            }

            return wide;
        }
    }
}
