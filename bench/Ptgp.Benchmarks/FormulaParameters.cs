using System.Runtime.InteropServices;
using System.Text;
using Ptgp.Backbone;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Weights that follow from their checkpoint name and place, so that a published size needs no file.</summary>
internal sealed class FormulaParameters(NameTable names, double deviation, double embeddingDeviation, Device device, ScalarType dtype) : ParameterSource
{
    private static readonly string[] embeddings = ["shared", "embed_tokens", "wte", "word_embeddings", "lm_head"];

    public override Device Device => device;

    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        var file = names[name];
        var tensor = empty(shape);
        var values = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        var scale = Math.Sqrt(12) * (embeddings.Any(file.Contains) ? embeddingDeviation : deviation);
        var isNorm = file.Contains("norm", StringComparison.Ordinal) || file.Contains(".ln_", StringComparison.Ordinal);
        var seed = Crc32(file);
        for (var i = 0; i < values.Length; i++)
        {
            var u = Uniform(unchecked(seed + ((uint)i * 0x9E3779B9)));
            values[i] = (float)(shape.Length > 1 ? scale * u : isNorm && file.EndsWith("weight", StringComparison.Ordinal) ? 1 + (0.2 * u) : 0.2 * u);
        }

        return tensor.to(dtype, device);
    }

    private static double Uniform(uint x)
    {
        x ^= x >> 16;
        x *= 0x7FEB352D;
        x ^= x >> 15;
        x *= 0x846CA68B;
        x ^= x >> 16;
        return (x / 4294967296.0) - 0.5;
    }

    private static uint Crc32(string text)
    {
        var crc = uint.MaxValue;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
