using System.Text.Json.Nodes;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Texts that are packed into rows are computed as if each were alone: rows, positions and attention as the reference packs them, and the same states, loss and gradients.</summary>
public sealed class PackingTests : IDisposable
{
    private const double Tolerance = 1e-6, GradientTolerance = 2e-6;

    private readonly DisposeScope scope = NewDisposeScope();

    public PackingTests() => set_num_threads(1);

    public static TheoryData<string> Decoders => ["gpt2", "llama", "llama-rope-scaled", "qwen2", "mistral"];

    public void Dispose() => scope.Dispose();

    [Fact]
    public void RowsAreThoseOfTheReference()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("training", "gpt2-clm", "golden.json")))!;
        var documents = golden["with_eos"]!.AsArray().Select(Ids).ToArray();
        var rows = golden["packed"]!.AsArray();
        var packing = Pack(documents, 16, out var ids);
        Assert.Equal(rows.Select(row => Ids(row!["documents"])), Packing.FirstFit([.. documents.Select(document => document.Length)], 16).Select(row => row.Select(i => (long)i).ToArray()));
        Assert.Equal(rows.SelectMany(row => Ids(row!["position_ids"])), packing.Places.Rows!.data<long>());
        Assert.Equal(rows.SelectMany(row => row!["may_attend"]!.AsArray()).SelectMany(Ids), Sees(packing, rows));
        // Where nothing stands, there may be anything.
        Assert.All(rows.SelectMany(row => Ids(row!["input_ids"]).Zip(Ids(row["segment"]))).Zip(packing.Pack(ids).data<long>()), place => Assert.True(place.First.Second < 0 || place.First.First == place.Second));

        // The labels of the reference are not yet shifted; ours are each document's own, so that none is predicted from another.
        var labels = zeros_like(ids);
        for (var i = 0; i < documents.Length; i++)
        {
            labels[i, 0] = Target.Ignored;
            labels[i].narrow(0, 1, documents[i].Length - 1).copy_(tensor(documents[i][1..]));
        }

        Assert.All(rows.SelectMany(row => Ids(row!["labels"]).Zip(Ids(row["segment"]))).Zip(packing.Pack(labels).data<long>()), place => Assert.True(place.First.Second < 0 || place.First.First == place.Second));
    }

    [Fact]
    public void OneRowHoldsAllWhereThereIsRoom()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("training", "gpt2-clm", "golden.json")))!;
        var (flat, documents) = (golden["flattening"]!, golden["with_eos"]!.AsArray().Select(Ids).ToArray());
        var packing = Pack([.. Ids(flat["documents"]).Select(i => documents[i])], 32, out var ids);
        Assert.Equal(Ids(flat["input_ids"]![0]), packing.Pack(ids).data<long>());
        Assert.Equal(Ids(flat["position_ids"]![0]), packing.Places.Rows!.data<long>());
        Assert.Equal(ids.data<long>().Where((_, i) => i % ids.size(1) < documents[i / ids.size(1)].Length), packing.Unpack(packing.Pack(ids)).data<long>().Where((_, i) => i % ids.size(1) < documents[i / ids.size(1)].Length));
    }

    [Theory, MemberData(nameof(Decoders))]
    public void LossAndGradientsAreThoseOfARowEach(string fixture)
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", fixture)).LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        var (loss, gradients) = Learn(transformer, null, null);
        foreach (var row in new[] { 1, 12, 40, 1000 })
        {
            var (packed, packedGradients) = Learn(transformer, row, null);
            Assert.InRange(Math.Abs(loss - packed), 0, Tolerance * loss);
            Assert.All(gradients.Zip(packedGradients), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<float>(), 0, GradientTolerance * (1 + pair.First.abs().max().item<float>())));
        }
    }

    [Theory, InlineData("gpt2", "prefix"), InlineData("llama", "prefix"), InlineData("gpt2", "prompt"), InlineData("llama", "prompt"), InlineData("llama", "lora")]
    public void SoItIsWithAdaptersAndLayersComputedAnew(string fixture, string kind)
    {
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        AdapterFolder adapters = new(checkpoint, transformer);
        using var adapter = kind switch
        {
            "prefix" => adapters.DrawPrefix(3, seed: 1),
            "prompt" => adapters.DrawPrompt(3, seed: 1),
            _ => adapters.Draw(AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "v"]), 2, 4, seed: 1),
        };
        var (loss, gradients) = Learn(transformer, null, adapter);
        transformer.Recomputes = true;
        var (packed, packedGradients) = Learn(transformer, 24, adapter);
        Assert.InRange(Math.Abs(loss - packed), 0, Tolerance * loss);
        Assert.All(gradients.Zip(packedGradients), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<float>(), 0, GradientTolerance * (1 + pair.First.abs().max().item<float>())));
    }

    [Fact]
    public void WhatStandsInTheSameRowIsNotSeen()
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", "gpt2")).LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        transformer.RowLength = 64;
        transformer.eval();
        var (ids, mask, labels) = Texts(transformer);
        var before = States();
        ids[1] = full([ids.size(1)], 9, ScalarType.Int64);
        var after = States();
        Assert.Equal(0, (before[0] - after[0]).abs().max().item<float>());
        Assert.True((before[1] - after[1]).abs().max().item<float>() > 0);

        Tensor States() => transformer.Decode(transformer.Encode(transformer.Embed(new() { Source = ids, Mask = mask })), labels);
    }

    [Theory, InlineData("t5-v1_0"), InlineData("bert")]
    public void WhatIsNoDecoderAloneIsNotPacked(string fixture)
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", fixture)).LoadTransformer(CPU, ScalarType.Float32);
        Assert.StartsWith("Packing takes a backbone that writes on from what it reads", Assert.Throws<ArgumentException>(() => transformer.RowLength = 8).Message, StringComparison.Ordinal);
        transformer.RowLength = null;
    }

    private static Packing Pack(long[][] documents, int longest, out Tensor ids)
    {
        var width = documents.Max(document => document.Length);
        ids = tensor(documents.SelectMany(document => document.Concat(new long[width - document.Length])).ToArray(), [documents.Length, width]);
        return new(arange(width).lt(tensor(documents.Select(document => (long)document.Length).ToArray()).unsqueeze(1)), longest);
    }

    // Where nothing stands, the reference sees nothing and ours anything that changes nothing.
    private static IEnumerable<long> Sees(Packing packing, JsonArray rows)
    {
        var segments = rows.SelectMany(row => Ids(row!["segment"])).ToArray();
        return packing.Mask.data<float>().ToArray().Select((hides, i) => segments[i / 16] >= 0 && hides == 0 ? 1L : 0L);
    }

    private static (Tensor Ids, Tensor Mask, Tensor Labels) Texts(Transformer transformer)
    {
        using var seeded = new Generator(3);
        var ids = randint(5, transformer.Config.Vocabulary, [5, 17], dtype: ScalarType.Int64, generator: seeded);
        var labels = randint(5, transformer.Config.Vocabulary, [5, 9], dtype: ScalarType.Int64, generator: seeded);
        var isWritten = arange(9).lt(tensor(new long[] { 2, 9, 5, 1, 8 }).unsqueeze(1));
        return (ids, arange(17).lt(tensor(new long[] { 17, 3, 11, 1, 6 }).unsqueeze(1)), labels.where(isWritten, full_like(labels, Target.Ignored)));
    }

    private static (double Loss, Tensor[] Gradients) Learn(Transformer transformer, int? row, Adapter? adapter)
    {
        transformer.RowLength = row;
        transformer.eval();
        IReadOnlyList<TorchSharp.Modules.Parameter> parameters = adapter is null ? [.. transformer.NamedParameters.Values] : [.. adapter.Weights.Select(weight => weight.Value)];
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }

        var (ids, mask, labels) = Texts(transformer);
        var source = transformer.Encode(transformer.Embed(new() { Source = ids, Mask = mask }, adapter), adapter);
        var logits = transformer.Project(transformer.Decode(source, labels, adapter), adapter);
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index: Target.Ignored);
        Ops.Backward(loss);
        return (loss.item<float>(), [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>().Select(gradient => gradient.clone())]);
    }

    private static long[] Ids(JsonNode? list) => [.. list!.AsArray().Select(id => (long)id!)];
}
