using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Where the random stream of a device stands, of which dropout draws, so that the same can be drawn again.</summary>
internal sealed partial class RandomState
{
    private static readonly nint cpu = THSGenerator_default_generator();

    private readonly nint generator;
    private readonly byte[] state;

    private RandomState(nint generator)
    {
        this.generator = generator;
        using var held = Tensor.UnsafeCreateTensor(THSGenerator_get_rng_state(generator));
        state = held.bytes.ToArray();
    }

    /// <summary>Notes where the stream of a device stands.</summary>
    /// <exception cref="InvalidOperationException">This libtorch does not show the stream of GPUs, as on Windows.</exception>
    public static RandomState Of(Device device) => new(device.type == DeviceType.CPU ? cpu : OfGpu(device.index));

    /// <summary>Goes back to what was noted. Disposing what is returned goes on from where the stream stood before.</summary>
    public IDisposable Return()
    {
        RandomState now = new(generator);
        Set();
        return new Later(now);
    }

    private void Set()
    {
        using var scope = NewDisposeScope();
        THSGenerator_set_rng_state(generator, tensor(state).Handle);
    }

    // By its mangled name, since TorchSharp knows the stream of the CPU alone.
    private static unsafe nint OfGpu(int index) =>
        NativeLibrary.TryLoad("torch_cuda", typeof(RandomState).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, "_ZN2at4cuda6detail23getDefaultCUDAGeneratorEa", out var find)
            ? ((delegate* unmanaged[Cdecl]<sbyte, nint>)find)((sbyte)index)
            : throw new InvalidOperationException(
                "Drawing the same again on a GPU takes a libtorch for Linux, but this one has no such entry. Leave 'gradientCheckpointing' out, or set 'dropout' and 'lowRankDropout' to 0.");

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSGenerator_default_generator();

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSGenerator_get_rng_state(nint generator);

    [LibraryImport("LibTorchSharp")]
    private static partial void THSGenerator_set_rng_state(nint generator, nint state);

    private sealed class Later(RandomState now) : IDisposable
    {
        public void Dispose() => now.Set();
    }
}
