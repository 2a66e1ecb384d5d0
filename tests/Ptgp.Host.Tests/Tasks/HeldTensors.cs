using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>Counts what tensors hold that can be reached from an object, by whatever fields, lists and closures.</summary>
/// <remarks>
/// A copy of its weights that a <see cref="PackedLinear"/> may make, once for all tasks, is not counted: whether one is made is measured at run time.
/// Only tensors on the CPU are seen.
/// </remarks>
internal sealed class HeldTensors
{
    private readonly HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
    private readonly List<(nint Start, nint End)> places = [];

    /// <summary>Counts bytes; those that several tensors share count once.</summary>
    public static long Bytes(params object[] roots)
    {
        HeldTensors held = new();
        using var scope = NewDisposeScope();
        Stack<object> open = new(roots);
        while (open.TryPop(out var next))
        {
            held.Look(next, open);
        }

        var (bytes, reached) = (0L, (nint)0);
        foreach (var (start, end) in held.places.Order())
        {
            bytes += Math.Max(0, end - Math.Max(start, reached));
            reached = Math.Max(reached, end);
        }

        return bytes;
    }

    private void Look(object found, Stack<object> open)
    {
        if (found is string or MemberInfo or Assembly or Module or Thread or Pointer or PackedLinear || found.GetType().IsPrimitive || (!found.GetType().IsValueType && !seen.Add(found)))
        {
            return;
        }

        if (found is Tensor tensor)
        {
            if (!tensor.IsInvalid && tensor.NumberOfElements > 0 && tensor.device_type == DeviceType.CPU)
            {
                places.Add(PlaceOf(tensor));
            }
        }
        else if (found is Delegate call)
        {
            Push(call.GetInvocationList().Select(one => one.Target));
        }
        else if (found is Array items)
        {
            Push(items.GetType().GetElementType() is { IsPrimitive: false, IsPointer: false } ? items : Array.Empty<object>());
        }
        else
        {
            for (var type = found.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            {
                Push(type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                    .Where(field => field.FieldType is { IsPrimitive: false, IsPointer: false, IsByRefLike: false }).Select(field => field.GetValue(found)));
            }
        }

        void Push(IEnumerable values)
        {
            foreach (var value in values)
            {
                if (value is not null)
                {
                    open.Push(value);
                }
            }
        }
    }

    // From its first number to its last, in whatever order they lie.
    private static unsafe (nint Start, nint End) PlaceOf(Tensor tensor)
    {
        using var first = tensor.as_strided([1], [1]);
        var start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
        var last = tensor.shape.Zip(tensor.stride(), (size, stride) => (size - 1) * stride).Sum();
        return (start, start + (nint)((last + 1) * tensor.ElementSize));
    }
}
