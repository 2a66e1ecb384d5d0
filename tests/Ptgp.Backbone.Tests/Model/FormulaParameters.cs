using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Weights of a published size that are a formula of their names: no file is needed, and any mix-up shows.</summary>
internal sealed class FormulaParameters(CheckpointFolder checkpoint, JsonNode golden) : ParameterSource
{
    private static readonly string[] Embeddings = ["shared", "embed_tokens", "wte", "word_embeddings", "lm_head"];

    private readonly NameTable names = checkpoint.Family.NamesOf(checkpoint.Config);
    private readonly HashSet<string> tensors = [.. golden["tensors"]!.Deserialize<string[]>()!];

    public override Device Device => CPU;

    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        var theirs = names[name];
        Assert.Contains(theirs, tensors);
        var values = Uniform(theirs, shape.Aggregate(1L, (product, size) => product * size));
        var spread = shape.Length > 1
            ? (double)golden[Embeddings.Any(part => theirs.Contains(part, StringComparison.Ordinal)) ? "embedding_std" : "std"]! * Math.Sqrt(12)
            : 0.2;
        var middle = shape.Length == 1 && theirs.EndsWith("weight", StringComparison.Ordinal) && (theirs.Contains("norm", StringComparison.Ordinal) || theirs.Contains(".ln_", StringComparison.Ordinal)) ? 1 : 0;
        return tensor([.. values.Select(u => (float)(middle + (spread * u)))], shape);
    }

    /// <summary>Computes the formula's numbers of a name, from −½ to ½.</summary>
    public static double[] Uniform(string name, long count)
    {
        var first = Checksum(Encoding.UTF8.GetBytes(name));
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            var x = unchecked(first + ((uint)i * 0x9E3779B9u));
            x = unchecked((x ^ (x >> 16)) * 0x7FEB352Du);
            x = unchecked((x ^ (x >> 15)) * 0x846CA68Bu);
            values[i] = ((x ^ (x >> 16)) / 4294967296.0) - 0.5;
        }

        return values;
    }

    // CRC-32 as in zip files.
    private static uint Checksum(byte[] bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var value in bytes)
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                checksum = (checksum >> 1) ^ ((checksum & 1) * 0xEDB88320u);
            }
        }

        return ~checksum;
    }
}
