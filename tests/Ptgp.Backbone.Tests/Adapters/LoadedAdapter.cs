using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tests.Generation;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>A fixture's adapter on its base, beside what the reference made of both.</summary>
internal sealed class LoadedAdapter : IDisposable
{
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly SafeTensorsFile golden;

    public LoadedAdapter(string fixture, bool isOwn = false)
    {
        set_num_threads(1);
        Path = Fixture(fixture);
        Folder = CheckpointFolder.Open(Fixture("base-" + fixture.Split('-')[0]));
        Transformer = Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: isOwn);
        Transformer.eval();
        Files = new(Folder, Transformer);
        Adapter = Files.Load(Path);
        golden = SafeTensorsFile.Open(System.IO.Path.Combine(Path, "golden", "forward.safetensors"));
    }

    /// <summary>The fixtures whose logits are those of a vocabulary.</summary>
    public static string[] Writing { get; } =
    [
        "t5-lora", "t5-lora-regex", "t5-ia3", "t5-prefix", "t5-prompt", "gpt2-lora",
        "llama-rslora-all", "llama-dora", "llama-lora-patterns", "llama-lora-one-layer", "llama-lora-embedding", "llama-prompt",
    ];

    /// <summary>Those that change weights.</summary>
    public static string[] Merging { get; } = [.. Writing.Where(fixture => !fixture.Contains("-pr", StringComparison.Ordinal))];

    public static string Fixture(string name) => Repository.Fixture("adapters", name);

    public string Path { get; }

    public CheckpointFolder Folder { get; }

    public Transformer Transformer { get; }

    public AdapterFolder Files { get; }

    public Adapter Adapter { get; }

    public Batch Batch => new() { Source = Golden("input_ids"), Mask = Golden("attention_mask").to(ScalarType.Bool) };

    public Tensor Golden(string name) => golden.Read(name);

    /// <summary>Gets the logits of the golden inputs, <c>[batch, length, vocabulary]</c>.</summary>
    public Tensor Logits(Transformer transformer, Adapter? adapter)
    {
        var encoded = transformer.Encode(transformer.Embed(Batch, adapter), adapter);
        var states = encoded.IsCausal ? encoded.States : transformer.DecodeInputs(encoded, Golden("decoder_input_ids"), adapter);
        return transformer.Project(states, adapter);
    }

    /// <summary>Gets the largest difference from golden logits at positions that are data; those of a prompt before them are left out.</summary>
    public double Difference(Tensor logits, string golden)
    {
        var (expected, length) = (Golden(golden), logits.size(1));
        expected = expected.narrow(1, expected.size(1) - length, length);
        return Model.Loaded.Difference(logits, expected, Folder.Config.Encoder is null ? Batch.Mask : null);
    }

    /// <summary>Gets what is written greedily, as the reference lays it out, beside what the reference wrote; without the rows whose answer depends on their batch there.</summary>
    /// <param name="merged">The backbone with the adapter in its weights.</param>
    /// <param name="gathers">Whether keys are gathered, as on other devices than the processor.</param>
    public IEnumerable<(string Case, int[][] Expected, int[][] Written)> Greedy(Transformer merged, bool gathers = false)
    {
        foreach (var each in JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Path, "golden", "generate.json")))!.AsArray())
        {
            var (name, inputs) = ((string)each!["name"]!, each["inputs"]!);
            var (ids, mask) = (inputs["input_ids"].Deserialize<long[][]>()!, inputs["attention_mask"].Deserialize<long[][]>()!);
            var options = ResolvedOptions.From(GoldenCase.Read(each["options"]!.AsObject()), DecoderFacts.Of(Folder.Config));
            var (weights, adapter) = name switch
            {
                "greedy with the base alone" => (Transformer, null),
                "greedy with the adapter" => (Transformer, Adapter),
                _ => (merged, (Adapter?)null),
            };
            var (expected, written) = (each["sequences"].Deserialize<int[][]>()!, Write(weights, adapter, options, ids, mask, gathers));
            int[] rows = [.. Enumerable.Range(0, ids.Length).Where(row => adapter?.Prompt is null || Folder.Config.Encoder is not null || mask[row].All(seen => seen != 0))];
            yield return (name, [.. rows.Select(row => expected[row])], [.. rows.Select(row => written[row])]);
        }
    }

    public void Dispose()
    {
        golden.Dispose();
        Adapter.Dispose();
        Transformer.Dispose();
        scope.Dispose();
    }

    private int[][] Write(Transformer weights, Adapter? adapter, ResolvedOptions options, long[][] ids, long[][] mask, bool gathers)
    {
        var searches = ids.Select((row, at) => DecodingLoop.Begin(new() { Options = options, Source = [.. row.Where((_, place) => mask[at][place] != 0).Select(id => (int)id)] })).ToArray();
        var batch = new Batch { Source = Matrix(ids), Mask = Matrix(mask).to(ScalarType.Bool) };
        var encoded = weights.Encode(weights.Embed(batch, adapter), adapter);
        DecodingLoop.Write(weights, encoded, searches, adapter, gathers);
        Assert.All(searches, search => Assert.Null(search.Fault));
        // Prompts of decoders that stand alone are padded at their beginning, and part of what is written.
        var rows = searches.Select((search, row) => (encoded.IsCausal ? Enumerable.Repeat(0, mask[row].Count(seen => seen == 0)) : []).Concat(search.Results[0].Tokens).ToArray()).ToArray();
        return [.. rows.Select(row => row.Concat(Enumerable.Repeat(Folder.Config.PadId, rows.Max(each => each.Length) - row.Length)).ToArray())];
    }

    private static Tensor Matrix(long[][] rows) => tensor(rows.SelectMany(row => row).ToArray()).view(rows.Length, -1);
}
