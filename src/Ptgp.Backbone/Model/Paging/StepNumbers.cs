using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>All whole numbers that a step of decoding gives to the device: they go there in one copy, to the same place as long as there is room.</summary>
/// <param name="device">The device.</param>
internal sealed class StepNumbers(Device device) : IDisposable
{
    private const int LeastRoom = 64;

    private long[] numbers = new long[LeastRoom];
    private Tensor? near, far;                                    // [room] of int64 on the processor, and on the device; one where that is the processor
    private int count;

    /// <summary>Forgets what the last step gave.</summary>
    public void Clear() => count = 0;

    /// <summary>Makes room for numbers of this step.</summary>
    /// <returns>Where to write them before anything else is added, and where they will be.</returns>
    public (Memory<long> Numbers, int First) Add(int more)
    {
        if (count + more > numbers.Length)
        {
            Array.Resize(ref numbers, Math.Max(count + more, 2 * numbers.Length));
        }

        count += more;
        return (numbers.AsMemory(count - more, more), count - more);
    }

    /// <summary>Adds numbers.</summary>
    /// <returns>Where they will be.</returns>
    public int Add(ReadOnlySpan<long> more)
    {
        var (added, first) = Add(more.Length);
        more.CopyTo(added.Span);
        return first;
    }

    /// <summary>Brings what was added to the device.</summary>
    public void Send()
    {
        if (near is null || near.size(0) < count)
        {
            Dispose();
            near = empty([numbers.Length], int64, CPU).DetachFromDisposeScope();
            far = device.type == DeviceType.CPU ? near : empty([numbers.Length], int64, device).DetachFromDisposeScope();
        }

        numbers.AsSpan(0, count).CopyTo(MemoryMarshal.Cast<byte, long>(near.bytes));
        if (!ReferenceEquals(near, far))
        {
            using var from = near.narrow(0, 0, count);
            using var to = far!.narrow(0, 0, count);
            to.copy_(from);
        }
    }

    /// <summary>Gets numbers that were sent, of this step alone.</summary>
    /// <param name="first">Where they are.</param>
    /// <param name="length">How many.</param>
    /// <returns><c>[length]</c> of int64.</returns>
    public Tensor Of(int first, int length) => far!.narrow(0, first, length);

    public void Dispose()
    {
        if (!ReferenceEquals(near, far))
        {
            far?.Dispose();
        }

        near?.Dispose();
        (near, far) = (null, null);
    }
}
