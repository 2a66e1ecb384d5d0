using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ptgp.Testing;

/// <summary>Pads encoded parts to a batch on the CPU, as the host does.</summary>
internal static class TinyBatch
{
    public static Batch Of(IReadOnlyList<Features> parts, int padId)
    {
        var (length, width) = (parts.Max(part => part.Length), parts[0].FrameWidth);
        return new()
        {
            Source = width == 0
                ? Rows([.. parts.Select(part => part.Tokens)], length, (long)padId, int64)
                : Rows([.. parts.Select(part => (IReadOnlyList<float>)part.Frames.ToArray())], length * width, 0f, float32).view(parts.Count, length, width),
            Mask = Rows([.. parts.Select(part => (IReadOnlyList<bool>)[.. Enumerable.Repeat(true, part.Length)])], length, false, @bool),
            Segments = parts.Any(part => part.Segments.Count > 0) ? Rows([.. parts.Select(part => part.Segments)], length, 0L, int64) : null,
        };
    }

    public static Tensor Labels(IReadOnlyList<Target> targets) =>
        Rows([.. targets.Select(target => target.Labels)], targets.Max(target => target.Labels.Count), Target.Ignored, int64);

    public static Tensor Values(IReadOnlyList<Target> targets) =>
        Rows([.. targets.Select(target => target.Values)], targets.Max(target => target.Values.Count), float.NaN, float32);

    // [rows, length]
    private static Tensor Rows<T>(IReadOnlyList<IReadOnlyList<T>> rows, int length, T padding, ScalarType type) where T : unmanaged
    {
        var values = new T[rows.Count * length];
        Array.Fill(values, padding);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < rows[row].Count; i++)
            {
                values[(row * length) + i] = rows[row][i];
            }
        }

        var result = empty([rows.Count, length], type);
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(result.bytes);
        return result;
    }
}
