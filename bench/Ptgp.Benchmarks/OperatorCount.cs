using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ptgp.Benchmarks;

/// <summary>
/// Counts the operators that are asked of libtorch, by the callback that its profiler takes. What an operator asks for within itself is not counted: it costs the host one call.
/// For Linux on x64, whose C++ names and calls these are.
/// </summary>
internal static unsafe class OperatorCount
{
    private static int depth;
    private static long asked;

    /// <summary>Counts while an action runs on this thread alone.</summary>
    /// <returns>How many; null where they cannot be counted.</returns>
    public static long? During(Action action)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || !NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at17addGlobalCallbackENS_22RecordFunctionCallbackE", out var add)
            || !NativeLibrary.TryGetExport(library, "_ZN2at14removeCallbackEm", out var remove))
        {
            return null;
        }

        (depth, asked) = (0, 0);
        var handle = ((delegate* unmanaged[Cdecl]<Callback, ulong>)add)(new() { Begin = &Begin, End = &End, Share = 1, Functions = 1 });
        try
        {
            action();
        }
        finally
        {
            ((delegate* unmanaged[Cdecl]<ulong, void>)remove)(handle);
        }

        return asked;
    }

    // What it may hand on to the end, nothing, goes where the caller says.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint* Begin(nint* handedOn, nint function)
    {
        asked += depth++ == 0 ? 1 : 0;
        *handedOn = 0;
        return handedOn;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void End(nint function, nint handedOn) => depth--;

    // at::RecordFunctionCallback: of its scopes only the first, operators, is wanted; nor are inputs, outputs and numbers.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct Callback
    {
        public delegate* unmanaged[Cdecl]<nint*, nint, nint*> Begin;
        public delegate* unmanaged[Cdecl]<nint, nint, void> End;
        public double Share;
        public byte Functions;
    }
}
