using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Weights of a published size that are a formula of their names: no file is needed, and any mix-up shows.</summary>
internal sealed class FormulaParameters(CheckpointFolder checkpoint, JsonNode golden, ScalarType dtype = ScalarType.Float32) : ParameterSource
{
    private static readonly string[] Embeddings = ["shared", "embed_tokens", "wte", "word_embeddings", "lm_head"];

    private readonly NameTable names = checkpoint.Family.NamesOf(checkpoint.Config);
    private readonly HashSet<string> tensors = [.. golden["tensors"]!.Deserialize<string[]>()!];

    public override Device Device => CPU;

    // The outputs that an encoder may lack are not in the list of one that has none.
    public override bool Has(string name) => tensors.Contains(Theirs(name));

    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        var (theirs, form) = (Theirs(name), checkpoint.Family.FormOf(name));
        Assert.Contains(theirs, tensors);
        var stored = form.ShapeOf(shape);
        var values = Uniform(theirs, stored.Aggregate(1L, (product, size) => product * size));
        var spread = stored.Length > 1
            ? (double)golden[Embeddings.Any(part => theirs.Contains(part, StringComparison.Ordinal)) ? "embedding_std" : "std"]! * Math.Sqrt(12)
            : 0.2;
        var isNorm = theirs.Contains("norm", StringComparison.OrdinalIgnoreCase) || theirs.Contains(".ln_", StringComparison.Ordinal);
        var middle = stored.Length == 1 && isNorm && theirs.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0;
        using var scope = NewDisposeScope();
        return form.Take(tensor([.. values.Select(u => (float)(middle + (spread * u)))], stored)).contiguous().to(dtype).MoveToOuterDisposeScope();
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

    // Models without an output layer are stored without the name of what holds the rest.
    private string Theirs(string name) => names[name] is var whole && !tensors.Contains(whole) && whole.StartsWith(checkpoint.Family.BasePrefix, StringComparison.Ordinal)
        ? whole[checkpoint.Family.BasePrefix.Length..]
        : whole;

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
