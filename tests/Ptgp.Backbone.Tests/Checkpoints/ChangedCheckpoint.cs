using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Checkpoints;

/// <summary>A copy of a fixture's checkpoint that a test may spoil.</summary>
internal sealed class ChangedCheckpoint : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public ChangedCheckpoint(string fixture)
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Fixture("models", fixture)))
        {
            File.Copy(file, folder[System.IO.Path.GetFileName(file)]);
        }
    }

    public string Path => folder.Path;

    public string this[string file] => folder[file];

    public void Delete(string file) => File.Delete(folder[file]);

    public void Write(string file, string text) => folder.Write(file, text);

    /// <summary>Changes <c>config.json</c>.</summary>
    public void Configure(Action<JsonObject> change)
    {
        var config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        change(config);
        Write("config.json", config.ToJsonString());
    }

    /// <summary>Changes the tensors.</summary>
    public void Store(Action<Dictionary<string, Tensor>> change)
    {
        Dictionary<string, Tensor> tensors;
        using (var file = SafeTensorsFile.Open(folder["model.safetensors"]))
        {
            tensors = file.Entries.Keys.ToDictionary(name => name, name => file.Read(name).clone());
        }

        change(tensors);
        SafeTensorsWriter.Write(folder["model.safetensors"], tensors);
    }

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }
}
