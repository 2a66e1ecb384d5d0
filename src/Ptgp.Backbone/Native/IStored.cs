using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>How numbers are stored that are computed with in single precision.</summary>
/// <typeparam name="T">What one is stored in.</typeparam>
internal unsafe interface IStored<T>
    where T : unmanaged
{
    /// <summary>Reads eight numbers that lie together.</summary>
    static abstract Vector256<float> Load(T* from);

    /// <summary>Reads a number.</summary>
    static abstract float Get(T* from);

    /// <summary>Stores a number.</summary>
    static abstract void Put(T* to, float number);
}
