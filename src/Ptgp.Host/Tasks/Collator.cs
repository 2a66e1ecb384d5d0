using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>Pads encoded parts to a batch on the backbone's device. What it makes belongs to the caller's dispose scope.</summary>
internal sealed class Collator
{
    /// <summary>Gets the device of the backbone.</summary>
    public required Device Device { get; init; }

    /// <summary>Gets the id that fills up token rows; masked, so that any id of the vocabulary would do.</summary>
    public required long PadId { get; init; }

    /// <summary>Gets the id that ends a sequence: a sequence that had one and must be cut keeps it. Null for none.</summary>
    public long? EndId { get; init; }

    /// <summary>Gets the longest row; the end of longer parts is cut off.</summary>
    public int MaxInputLength { get; init; } = int.MaxValue;

    /// <summary>Gets the most labels or values of a row; the end of longer targets is cut off.</summary>
    public int MaxTargetLength { get; init; } = int.MaxValue;

    /// <summary>Pads parts, one a row.</summary>
    /// <exception cref="ArgumentException">The parts cannot stand in one batch; the message says which one and why.</exception>
    public Batch Collate(IReadOnlyList<Features> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var width = Check(parts);
        var length = Math.Min(parts.Max(part => part.Length), MaxInputLength);
        var mask = new bool[parts.Count * length];
        for (var row = 0; row < parts.Count; row++)
        {
            mask.AsSpan(row * length, Math.Min(parts[row].Length, length)).Fill(true);
        }

        return new()
        {
            Source = width > 0 ? Frames(parts, length, width) : Rows([.. parts.Select(part => Cut(part.Tokens, length))], length, PadId),
            Mask = tensor(mask, [parts.Count, length], device: Device),
            Segments = parts.Any(part => part.Segments.Count > 0) ? Rows([.. parts.Select(part => part.Segments)], length, 0) : null,
        };
    }

    /// <summary>Pads targets, one a row: labels <c>[batch, labels]</c> with <see cref="Target.Ignored"/>, values <c>[batch, values]</c> with NaN.</summary>
    public (Tensor Labels, Tensor Values) Collate(IReadOnlyList<Target> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var labels = targets.Select(target => Cut(target.Labels, MaxTargetLength)).ToArray();
        var values = targets.Select(target => target.Values).ToArray();
        return (Rows(labels, labels.Max(row => row.Count), Target.Ignored), Rows(values, Math.Min(values.Max(row => row.Count), MaxTargetLength), float.NaN));
    }

    /// <summary>Makes the labels and values of a batch that is answered, not learned from: both empty.</summary>
    public (Tensor Labels, Tensor Values) NoTargets(int rows) =>
        (empty([rows, 0], int64, Device), empty([rows, 0], float32, Device));

    private static int Check(IReadOnlyList<Features> parts)
    {
        if (parts.Count == 0)
        {
            throw new ArgumentException("A batch must hold at least one part, but holds none.", nameof(parts));
        }

        for (var row = 0; row < parts.Count; row++)
        {
            if (parts[row].Length == 0)
            {
                throw new ArgumentException($"A part must be encoded as at least one token or frame, but part {row} of the batch is empty.", nameof(parts));
            }

            if (parts[row].FrameWidth != parts[0].FrameWidth)
            {
                throw new ArgumentException(
                    $"The parts of a batch must be alike, but part 0 is {Kind(parts[0])} and part {row} is {Kind(parts[row])}.", nameof(parts));
            }
        }

        return parts[0].FrameWidth;

        static string Kind(Features part) => part.FrameWidth == 0 ? "tokens" : $"frames of {part.FrameWidth} values";
    }

    // An end id that stands elsewhere too is no end, but perhaps the class of a tagged token.
    private IReadOnlyList<long> Cut(IReadOnlyList<long> ids, int length)
    {
        if (ids.Count <= length)
        {
            return ids;
        }

        long[] kept = [.. ids.Take(length)];
        if (EndId is { } end && ids[^1] == end && Array.IndexOf(kept, end) < 0)
        {
            kept[^1] = end;
        }

        return kept;
    }

    private Tensor Frames(IReadOnlyList<Features> parts, int length, int width)
    {
        var values = new float[parts.Count * length * width];
        for (var row = 0; row < parts.Count; row++)
        {
            var frames = parts[row].Frames.Span;
            frames[..Math.Min(frames.Length, length * width)].CopyTo(values.AsSpan(row * length * width));
        }

        return tensor(values, [parts.Count, length, width], device: Device);
    }

    private Tensor Rows<T>(IReadOnlyList<IReadOnlyList<T>> rows, int length, T padding) where T : unmanaged
    {
        var values = new T[rows.Count * length];
        Array.Fill(values, padding);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < Math.Min(rows[row].Count, length); i++)
            {
                values[(row * length) + i] = rows[row][i];
            }
        }

        var result = empty([rows.Count, length], typeof(T) == typeof(long) ? int64 : float32);      // [batch, length]
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(result.bytes);
        return result.to(Device);
    }
}
