using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// Lets libtorch round the factors of matrix products to bfloat16 while it lives, on this thread and of float32 tensors; what is sensitive, such as losses, stays float32, and gradients
/// reach the float32 weights. Wrap the forward pass alone.
/// </summary>
public sealed unsafe class Autocast : IDisposable
{
    private static readonly Entries? entries = Entries.Find();

    [ThreadStatic]
    private static DeviceType? active;

    private readonly sbyte device;
    private readonly DeviceType? before;

    private Autocast(sbyte device)
    {
        (this.device, before, active) = (device, active, (DeviceType)device);
        entries!.SetType(device, ScalarType.BFloat16);
        entries.Enable(device, true);
        entries.Enter();
    }

    /// <summary>Gets whether this libtorch lets it be done; not where names are mangled in another way, as on Windows.</summary>
    public static bool IsAvailable => entries is not null;

    /// <summary>Gets the kind of device on which this thread rounds now; null for none.</summary>
    public static DeviceType? Active => active;

    /// <summary>Begins to round on a kind of device.</summary>
    /// <exception cref="InvalidOperationException">This libtorch has no way in; see <see cref="IsAvailable"/>.</exception>
    public static Autocast Begin(DeviceType device) => IsAvailable
        ? new((sbyte)device)
        : throw new InvalidOperationException("Rounding to bfloat16 takes a libtorch for Linux, but this one has no such entry. Compute in float32.");

    /// <summary>Lets be computed without rounding, until what is returned is disposed, if this thread rounds on that kind of device. What is computed from has whatever type it had.</summary>
    public static Pause Without(DeviceType device) => new(active == device ? device : null);

    /// <summary>Ends it, and forgets the rounded weights.</summary>
    public void Dispose()
    {
        if (entries!.Leave() == 0)
        {
            entries.Clear();
        }

        entries.Enable(device, before == (DeviceType)device);
        active = before;
    }

    /// <summary>A stretch in which nothing is rounded.</summary>
    public readonly struct Pause : IDisposable
    {
        private readonly DeviceType? device;

        internal Pause(DeviceType? device) => Enable(this.device = device, false);

        /// <summary>Goes on rounding.</summary>
        public void Dispose() => Enable(device, true);

        private static void Enable(DeviceType? device, bool enabled)
        {
            if (device is { } kind)
            {
                entries!.Enable((sbyte)kind, enabled);
            }
        }
    }

    // By mangled names, since there is no other way in.
    private sealed class Entries(nint enable, nint setType, nint enter, nint leave, nint clear)
    {
        public static Entries? Find() => NativeLibrary.TryLoad("torch_cpu", typeof(Autocast).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb", out var enable)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE", out var setType)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast17increment_nestingEv", out var enter)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast17decrement_nestingEv", out var leave)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast11clear_cacheEv", out var clear) ? new(enable, setType, enter, leave, clear) : null;

        public void Enable(sbyte device, bool enabled) => ((delegate* unmanaged[Cdecl]<sbyte, byte, void>)enable)(device, enabled ? (byte)1 : (byte)0);

        public void SetType(sbyte device, ScalarType type) => ((delegate* unmanaged[Cdecl]<sbyte, sbyte, void>)setType)(device, (sbyte)type);

        public void Enter() => _ = ((delegate* unmanaged[Cdecl]<int>)enter)();

        public int Leave() => ((delegate* unmanaged[Cdecl]<int>)leave)();

        public void Clear() => ((delegate* unmanaged[Cdecl]<void>)clear)();
    }
}
