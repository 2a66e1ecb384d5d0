using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CsCheck;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Tests.Configuration;

public sealed class RoundTripTests
{
    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly Gen<IReadOnlyList<int>> ids = Gen.Int[0, 70000].Array[1, 4].Select(ids => (IReadOnlyList<int>)ids);

    private static readonly Gen<GenerationOptions> generation = Gen.Select(
        Gen.Int[1, 64].Nullable(), Gen.Double[-10, 10].Nullable(), Gen.Enum<EarlyStopping>().Nullable(), ids.Null(), ids.Array[1, 3].Null(), Gen.Bool.Nullable(),
        Gen.Select(Gen.Int[0, 100], Gen.Double[0.5, 2], (start, factor) => new ExponentialDecay(start, factor)).Nullable(),
        Gen.Select(Gen.Long.Nullable(), Gen.Select(ids, Gen.Double[-9, 9], (ids, bias) => new SequenceBias(ids, bias)).Array[1, 3].Null(), Gen.String[Gen.Char["ab ,:\"é"], 1, 4].Array[1, 3].Null()),
        (beams, penalty, stopping, ends, words, renormalize, decay, more) => new GenerationOptions
        {
            Seed = more.Item1,
            SequenceBias = more.Item2,
            StopStrings = more.Item3,
            NumBeams = beams,
            LengthPenalty = penalty,
            EarlyStopping = stopping,
            EosTokenId = ends,
            BadWordsIds = words,
            RenormalizeLogits = renormalize,
            ExponentialDecayLengthPenalty = decay,
        });

    private static readonly Gen<string> name = Gen.String[Gen.Char["abcXYZ019-_. é翻"], 1, 8];

    private static readonly Gen<HostConfiguration> configuration = Gen.Select(
        Gen.Dictionary(name, Gen.Select(Gen.Int[0, 3].Select(i => new[] { "auto", "cpu", "cuda", "cuda:3" }[i]), Gen.Enum<DtypeChoice>(), Gen.Int[1, 1024].Nullable(),
            (device, dtype, threads) => new BackboneConfiguration { Checkpoint = "model", Device = device, Dtype = dtype, Threads = threads }))[1, 3],
        Gen.Dictionary(name, Gen.Select(name, generation, (plugin, generation) => new TaskConfiguration { Plugin = plugin, Backbone = "", Generation = generation }))[0, 3],
        Gen.Enum<PluginTrust>(),
        (backbones, tasks, trust) => new HostConfiguration
        {
            Plugins = new() { Trust = trust },
            Backbones = Fold(backbones),
            Tasks = Fold(tasks).ToDictionary(task => task.Key, task => task.Value with { Backbone = backbones.Keys.Last() }),
        });

    [Fact]
    public void AnyConfigurationThatIsWrittenDownIsReadAsItWas() => configuration.Sample(written =>
    {
        using var folder = new ConfigurationFolder(Write(written).ToJsonString());
        var read = folder.Read();
        return JsonNode.DeepEquals(Write(written), Write(read with
        {
            Backbones = read.Backbones.ToDictionary(backbone => backbone.Key, backbone => backbone.Value with { Checkpoint = Path.GetFileName(backbone.Value.Checkpoint) }),
        }));
    }, iter: 300);

    [Fact]
    public void WhatIsSetOnTheCommandLineReadsAsInTheFile() => generation.Sample(written =>
    {
        using var folder = new ConfigurationFolder("""{ "backbones": { "b": { "checkpoint": "model" } }, "tasks": { "t": { "plugin": "p", "backbone": "b" } } }""");
        var node = JsonSerializer.SerializeToNode(written, json)!.AsObject();
        var read = folder.Read([.. node.Select(option => $"tasks:t:generation:{option.Key}={option.Value}")]);
        return JsonNode.DeepEquals(node, JsonSerializer.SerializeToNode(read.Tasks["t"].Generation, json));
    }, iter: 300);

    // Keys that differ in case alone are one key.
    private static Dictionary<string, T> Fold<T>(Dictionary<string, T> all) =>
        all.GroupBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Last().Key, group => group.Last().Value);

    private static JsonObject Write(HostConfiguration configuration) => new()
    {
        ["plugins"] = JsonSerializer.SerializeToNode(configuration.Plugins, json),
        ["backbones"] = Sorted(JsonSerializer.SerializeToNode(configuration.Backbones, json)!),
        ["tasks"] = Sorted(JsonSerializer.SerializeToNode(configuration.Tasks.ToDictionary(task => task.Key, task => task.Value with { Options = null }), json)!),
    };

    private static JsonObject Sorted(JsonNode node) =>
        new(node.AsObject().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
}
