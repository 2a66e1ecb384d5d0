using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>How a checkpoint stores one of our tensors: by default, as it is.</summary>
/// <param name="Part">Which part of the stored tensor it is, counted from 0 along its first extent, or its last where it lies transposed.</param>
/// <param name="Parts">How many parts the stored tensor has, all of one size; 0 when it is stored alone.</param>
/// <param name="IsTransposed">Whether a weight is stored as <c>[inputs, outputs]</c>.</param>
/// <param name="IsFlat">Whether a row <c>[1, n]</c> is stored as <c>[n]</c>.</param>
public readonly record struct StoredForm(int Part = 0, int Parts = 0, bool IsTransposed = false, bool IsFlat = false)
{
    /// <summary>Gets the shape of the stored tensor that holds one of ours.</summary>
    public long[] ShapeOf(long[] ours)
    {
        ArgumentNullException.ThrowIfNull(ours);
        long[] shape = IsFlat ? ours[1..] : [ours[0] * Math.Max(Parts, 1), .. ours[1..]];
        return IsTransposed && shape.Length == 2 ? [shape[1], shape[0]] : shape;
    }

    /// <summary>Takes ours out of the stored tensor: a view.</summary>
    public Tensor Take(Tensor stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var turned = IsFlat ? stored.unsqueeze(0) : IsTransposed && stored.dim() == 2 ? stored.t() : stored;
        var rows = turned.size(0) / Math.Max(Parts, 1);
        return Parts > 1 ? turned.narrow(0, Part * rows, rows) : turned;
    }

    /// <summary>Puts together the stored tensor of all that are parts of it.</summary>
    public static Tensor Join(IEnumerable<(StoredForm Form, Tensor Ours)> parts)
    {
        (StoredForm Form, Tensor Ours)[] ordered = [.. parts.OrderBy(part => part.Form.Part)];
        var form = ordered[0].Form;
        var whole = ordered.Length == 1 ? ordered[0].Ours : cat(ordered.Select(part => part.Ours).ToArray(), 0);
        return form.IsFlat ? whole.squeeze(0) : form.IsTransposed && whole.dim() == 2 ? whole.t() : whole;
    }
}
