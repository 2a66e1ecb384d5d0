using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// A linear layer of 8-bit numbers on the CPU: weights are rounded once, with a scale for each output, and inputs as they come, with a scale and a zero for each row. Products are summed exactly, so that a
/// row's result does not depend on what other rows hold.
/// </summary>
internal sealed unsafe partial class QuantizedLinear : IDisposable
{
    private const int Most = 127, Float32 = 6;

    private readonly Tensor packed, scales, zeros, one, zero;      // the weights in oneDNN's order; [outputs]; [outputs]; a number each
    private readonly float[] steps, raised;                       // [outputs]: the scales, and what a zero of 1 adds to each sum
    private readonly float[]? bias;
    private readonly int inputs, outputs;
    private Tensor? ordered;                                      // [outputs, inputs], for few rows

    /// <summary>Rounds weights.</summary>
    /// <param name="weight">The weights, float32 <c>[outputs, inputs]</c>.</param>
    /// <param name="bias">What is added, <c>[outputs]</c>; null for nothing.</param>
    public QuantizedLinear(Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        using Scalar least = 1e-30, most = Most;
        scales = weight.abs().amax([1]).div(most).clamp_min(least).DetachFromDisposeScope();
        var rounded = weight.div(scales.unsqueeze(1)).round().to_type(ScalarType.Int8);
        packed = Pack(rounded).DetachFromDisposeScope();
        HugePages.HoldPacked(packed, (long)outputs * inputs);
        if (NearProducts.IsAvailable)
        {
            ordered = rounded.DetachFromDisposeScope();
            HugePages.Hold(ordered);
        }

        steps = [.. scales.data<float>()];
        raised = [.. rounded.to_type(ScalarType.Float32).sum([1L]).mul(scales).data<float>()];
        zeros = torch.zeros(outputs, dtype: ScalarType.Int32).DetachFromDisposeScope();
        one = ones(1).DetachFromDisposeScope();
        zero = torch.zeros(1, dtype: ScalarType.Int32).DetachFromDisposeScope();
        this.bias = bias?.cpu().data<float>().ToArray();
    }

    /// <summary>Whether this libtorch has it.</summary>
    public static bool IsAvailable { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 && SelfTest.Passes(
        () =>
        {
            using QuantizedLinear layer = new(Whole(7, 5, -Most), SelfTest.Numbers(7));
            return layer.Multiply(Whole(3, 5, -Most - 1), relu: true);
        },
        () => nn.functional.linear(Whole(3, 5, -Most - 1), Whole(7, 5, -Most), SelfTest.Numbers(7)).relu());

    /// <summary>Computes <c>[…, inputs]</c> to <c>[…, outputs]</c>, negative results cut to zero if wanted. Knows no gradients.</summary>
    /// <param name="x">The inputs, float32, contiguous.</param>
    /// <param name="relu">Whether to cut negative results to zero.</param>
    /// <param name="isNear">Whether to multiply here, which is for few rows, and not by oneDNN: the same numbers to the bit. There must be <see cref="NearProducts"/>.</param>
    public Tensor Multiply(Tensor x, bool relu, bool isNear = false)
    {
        var rows = (int)(x.NumberOfElements / inputs);
        var rounding = new RowRounding.Row[rows];
        if (isNear)
        {
            return MultiplyNear(x, rounding, relu);
        }

        using var rounded = empty([rows, inputs], ScalarType.Byte);
        RowRounding.Round((float*)TensorMemory.Of(x), inputs, (byte*)TensorMemory.Of(rounded), rounding);
        GC.KeepAlive(x);
        int result;
        nint product;
        var type = Float32;
        fixed (byte* nothing = "none\0"u8)
        fixed (byte* noAlgorithm = "\0"u8)
        {
            result = aoti_torch_cpu__qlinear_pointwise_tensor(
                rounded.Handle, one.Handle, zero.Handle, packed.Handle, scales.Handle, zeros.Handle, null, 1, 0, &type, nothing, null, 0, noAlgorithm, out product);
        }

        GC.KeepAlive(rounded);
        if (result != 0)
        {
            throw new InvalidOperationException("libtorch refused '_qlinear_pointwise'; it wrote the reason to standard error.");
        }

        var y = Tensor.UnsafeCreateTensor(product);
        Finish((float*)TensorMemory.Of(y), rounding, relu);
        if (x.Dimensions == 2)
        {
            return y;
        }

        using (y)
        {
            return y.view([.. x.shape.AsSpan(..^1), outputs]);
        }
    }

    private Tensor MultiplyNear(Tensor x, RowRounding.Row[] rounding, bool relu)
    {
        var shape = x.shape;
        shape[^1] = outputs;
        var y = empty(shape, ScalarType.Float32);
        var rounded = ArrayPool<byte>.Shared.Rent(rounding.Length * inputs);
        var to = (float*)TensorMemory.Of(y);
        fixed (byte* from = rounded)
        {
            RowRounding.Round((float*)TensorMemory.Of(x), inputs, from, rounding);
            NearProducts.Sum(from, rounding.Length, (sbyte*)TensorMemory.Of(ordered!), inputs, outputs, (int*)to);
        }

        ArrayPool<byte>.Shared.Return(rounded);
        GC.KeepAlive(x);
        GC.KeepAlive(this);
        Scale(to, rounding.Length);
        Finish(to, rounding, relu);
        return y;
    }

    public void Dispose()
    {
        packed.Dispose();
        ordered?.Dispose();
        scales.Dispose();
        zeros.Dispose();
        one.Dispose();
        zero.Dispose();
    }

    // Numbers that 8 bits hold exactly: each row reaches from the least to 127.
    private static Tensor Whole(long rows, long columns, int least)
    {
        var values = Enumerable.Range(0, (int)(rows * columns)).Select(i => (i % columns) switch { 0 => Most, 1 => (float)least, _ => (i * 37 % 251) - 125 }).ToArray();
        return tensor(values, [rows, columns]);
    }

    private static Tensor Pack(Tensor weight)
    {
        // qlinear_prepack(Tensor weight, int[]? x_shape)
        Span<ulong> stack = [Dispatcher.From(weight), Dispatcher.None];
        return Dispatcher.Call("onednn::qlinear_prepack\0"u8, stack);
    }

    // Does with whole sums what oneDNN does with its own, in their place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(float* y, int rows)
    {
        var wide = Vector256<float>.Count;
        fixed (float* by = steps)
        {
            for (var row = 0; row < rows; row++, y += outputs)
            {
                var sums = (int*)y;
                var at = 0;
                for (; at <= outputs - wide; at += wide)
                {
                    (Vector256.ConvertToSingle(Vector256.Load(sums + at)) * Vector256.Load(by + at)).Store(y + at);
                }

                for (; at < outputs; at++)
                {
                    y[at] = sums[at] * by[at];
                }
            }
        }
    }

    // Scales each row, and adds the bias.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(float* y, RowRounding.Row[] rounding, bool relu)
    {
        var wide = Vector256<float>.Count;
        fixed (float* plus = bias, taken = raised)
        {
            for (var row = 0; row < rounding.Length; row++, y += outputs)
            {
                var (scale, zero) = (rounding[row].Scale, (float)rounding[row].Zero);
                var (all, zeros) = (Vector256.Create(scale), Vector256.Create(zero));
                var at = 0;
                for (; at <= outputs - wide; at += wide)
                {
                    var value = (Vector256.Load(y + at) - (Vector256.Load(taken + at) * zeros)) * all;
                    value = plus is null ? value : value + Vector256.Load(plus + at);
                    (relu ? Vector256.Max(value, Vector256<float>.Zero) : value).Store(y + at);
                }

                for (; at < outputs; at++)
                {
                    var value = ((y[at] - (taken[at] * zero)) * scale) + (plus is null ? 0 : plus[at]);
                    y[at] = relu ? MathF.Max(value, 0) : value;
                }
            }
        }
    }

    [LibraryImport("torch_cpu")]
    private static partial int aoti_torch_cpu__qlinear_pointwise_tensor(
        nint x, nint scale, nint zeroPoint, nint weight, nint weightScales, nint weightZeroPoints, nint* bias, double outputScale, long outputZeroPoint, int* outputType,
        byte* function, double** scalars, long scalarCount, byte* algorithm, out nint y);
}
