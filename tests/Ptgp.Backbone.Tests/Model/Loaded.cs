using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>A fixture's Transformer beside what the reference made of it.</summary>
internal sealed class Loaded : IDisposable
{
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly SafeTensorsFile golden;

    public Loaded(string fixture)
    {
        set_num_threads(1);
        Folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        Transformer = Folder.LoadTransformer(CPU, ScalarType.Float32);
        golden = SafeTensorsFile.Open(Path.Combine(Folder.Path, "golden", "forward.safetensors"));
    }

    public CheckpointFolder Folder { get; }

    public Transformer Transformer { get; }

    public Batch Batch => new() { Source = Golden("input_ids"), Mask = Golden("attention_mask").to(ScalarType.Bool), Segments = Has("token_type_ids") ? Golden("token_type_ids") : null };

    public Tensor Golden(string name) => golden.Read(name);

    public bool Has(string name) => golden.Entries.ContainsKey(name);

    /// <summary>The largest difference at positions that are not padding; <paramref name="mask"/> is <c>[batch, length]</c> of the dimension that <paramref name="actual"/> has at <paramref name="dimension"/>.</summary>
    public static double Difference(Tensor actual, Tensor expected, Tensor? mask = null, int dimension = 1)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (actual - expected).abs();
        if (mask is not null)
        {
            var shape = new long[difference.dim()];
            Array.Fill(shape, 1);
            (shape[0], shape[dimension]) = (mask.size(0), mask.size(1));
            difference = difference * mask.view(shape).to(float32);
        }

        return difference.max().item<float>();
    }

    public void Dispose()
    {
        golden.Dispose();
        Transformer.Dispose();
        scope.Dispose();
    }
}
