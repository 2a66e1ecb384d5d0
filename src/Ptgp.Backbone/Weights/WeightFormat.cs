namespace Ptgp.Backbone.Weights;

/// <summary>A form in which a folder holds weights: the names of its files, and how one is opened.</summary>
internal sealed record WeightFormat(string Name, string Single, string Index, Func<string, bool, IWeightsFile> Open)
{
    /// <summary>Gets all there are, the preferred one first.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } =
    [
        new("safetensors", WeightFiles.SingleFile, WeightFiles.IndexFile, SafeTensorsFile.Open),
        new("pickle", "pytorch_model.bin", "pytorch_model.bin.index.json", Pickles.PickleFile.Open),
    ];
}
