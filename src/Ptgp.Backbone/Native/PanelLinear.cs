using System.Buffers;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// A linear layer in float32 on a CPU with AVX-512, computed here from a copy of the weights in panels of 16 outputs (Goto and van de Geijn 2008): faster than oneDNN's up to some 16 rows, and as
/// fast beyond. Each output sums its products in one order, so that a row's result is the same to the bit whatever stands beside it.
/// </summary>
internal static unsafe class PanelLinear
{
    // Fewer multiplications than these are done before other threads have begun.
    private const long LeastShare = 1 << 18;

    // As many products are summed one after the other, and then these sums: so rounding does not grow with the inputs.
    private const int Chunk = 256;

    private const int Wide = PanelTiles.Wide, Together = PanelTiles.Panels;

    /// <summary>Gets whether this processor has the instructions.</summary>
    public static bool IsAvailable => Avx512F.IsSupported;

    /// <summary>Brings weights <c>[outputs, inputs]</c> into order: <c>[panels, inputs, 16]</c>, where 0 fills up the last.</summary>
    public static Tensor Pack(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = (weight.size(0), weight.size(1));
        var panels = (outputs + Wide - 1) / Wide;
        var filled = panels * Wide == outputs ? weight : cat([weight, zeros([(panels * Wide) - outputs, inputs], weight.dtype)], 0);
        return filled.view(panels, Wide, inputs).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Computes <c>[…, inputs]</c> to <c>[…, outputs]</c>, negative results cut to zero if wanted. Knows no gradients.</summary>
    /// <param name="x">The rows together, contiguous.</param>
    /// <param name="panels">What <see cref="Pack"/> made of the weights.</param>
    /// <param name="outputs">How many outputs there are.</param>
    /// <param name="bias">What is added, <c>[outputs]</c>, contiguous; null for nothing.</param>
    /// <param name="relu">Whether to cut negative results to zero.</param>
    public static Tensor Multiply(Tensor x, Tensor panels, long outputs, Tensor? bias, bool relu)
    {
        var shape = x.shape;
        var (rows, inputs) = (x.NumberOfElements / shape[^1], (int)shape[^1]);
        shape[^1] = outputs;
        var y = empty(shape, ScalarType.Float32);
        var count = (int)panels.size(0);
        var task = new Work(Data(panels), inputs, (int)outputs, bias is null ? null : Data(bias), relu, Data(y));
        var tiles = (int)((rows + PanelTiles.Rows - 1) / PanelTiles.Rows);
        var room = ArrayPool<float>.Shared.Rent(tiles * PanelTiles.Rows * inputs);
        fixed (float* turned = room)
        {
            PanelTiles.Turn(Data(x), (int)rows, inputs, turned);
            var shares = (int)Math.Clamp(rows * inputs * outputs / LeastShare, 1, Math.Min(get_num_threads(), count));
            if (shares == 1)
            {
                Compute(task, turned, (int)rows, 0, count);
            }
            else
            {
                var from = (nint)turned;
                Parallel.For(0, shares, share => Compute(task, (float*)from, (int)rows, (int)((long)count * share / shares), (int)((long)count * (share + 1) / shares)));
            }
        }

        ArrayPool<float>.Shared.Return(room);
        // Only their addresses were used above, which keeps nothing from being finalized.
        GC.KeepAlive(x);
        GC.KeepAlive(panels);
        GC.KeepAlive(bias);
        return y;
    }

    private static void Compute(Work work, float* turned, int rows, int first, int end)
    {
        // Three panels at once, far apart: memory gives more when it is read in several places. Where no three are left, some are computed twice.
        var apart = Math.Max(1, (end - first + Together - 1) / Together);
        var last = end - 1;
        for (var panel = first; panel < first + apart; panel++)
        {
            var (second, third) = (Math.Min(panel + apart, last), Math.Min(panel + (2 * apart), last));
            for (var row = 0; row < rows; row += PanelTiles.Rows)
            {
                Compute(work, turned + ((long)row * work.Inputs), row, Math.Min(PanelTiles.Rows, rows - row), panel, second, third);
            }
        }
    }

    private static void Compute(Work work, float* turned, int row, int rows, int first, int second, int third)
    {
        var step = (long)work.Inputs * Wide;
        float* sums = stackalloc float[PanelTiles.Rows * Together * Wide];
        new Span<float>(sums, PanelTiles.Rows * Together * Wide).Clear();
        float* a = work.Panels + (first * step), b = work.Panels + (second * step), c = work.Panels + (third * step);
        for (var at = 0; at < work.Inputs; at += Chunk)
        {
            var (inputs, behind) = (Math.Min(Chunk, work.Inputs - at), (long)at * Wide);
            var x = turned + ((long)at * PanelTiles.Rows);
            if (rows > 4)
            {
                PanelTiles.Eight(x, a + behind, b + behind, c + behind, inputs, sums);
            }
            else if (rows > 1)
            {
                PanelTiles.Four(x, a + behind, b + behind, c + behind, inputs, sums);
            }
            else
            {
                PanelTiles.One(x, a + behind, b + behind, c + behind, inputs, sums);
            }
        }

        for (var at = 0; at < rows; at++)
        {
            var to = work.Result + ((long)(row + at) * work.Outputs);
            Finish(work, sums + (at * Together * Wide), first, to);
            Finish(work, sums + (((at * Together) + 1) * Wide), second, to);
            Finish(work, sums + (((at * Together) + 2) * Wide), third, to);
        }
    }

    private static void Finish(Work work, float* sums, int panel, float* to)
    {
        var at = panel * Wide;
        if (at + Wide <= work.Outputs)
        {
            var sum = Vector512.Load(sums);
            sum = work.Bias is null ? sum : sum + Vector512.Load(work.Bias + at);
            (work.Relu ? Vector512.Max(sum, Vector512<float>.Zero) : sum).Store(to + at);
            return;
        }

        for (var i = 0; at + i < work.Outputs; i++)
        {
            var sum = work.Bias is null ? sums[i] : sums[i] + work.Bias[at + i];
            to[at + i] = work.Relu && sum < 0 ? 0 : sum;
        }
    }

    private static float* Data(Tensor tensor) => (float*)TensorMemory.Of(tensor);

    // What is the same for all parts of a product.
    private readonly struct Work(float* panels, int inputs, int outputs, float* bias, bool relu, float* result)
    {
        public readonly float* Panels = panels, Bias = bias, Result = result;
        public readonly int Inputs = inputs, Outputs = outputs;
        public readonly bool Relu = relu;
    }
}
