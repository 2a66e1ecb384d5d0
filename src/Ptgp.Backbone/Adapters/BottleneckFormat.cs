using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Bottlenecks as a folder: a configuration in AdapterHub's words, and tensors by our paths of the sublayers they follow.</summary>
internal static class BottleneckFormat
{
    private const string Name = "ptgp";

    // What AdapterHub's configurations may ask for and this form of bottleneck does not do.
    private static readonly string[] unknown = ["use_gating", "is_parallel", "cross_adapter", "ln_before", "ln_after", "phm_layer", "inv_adapter", "leave_out", "original_ln_before"];

    /// <summary>Reads bottlenecks.</summary>
    /// <exception cref="CheckpointException">They are of another form, broken, or of another backbone.</exception>
    public static AdapterParts Read(PeftConfig config, AdapterFile file, PeftModules modules)
    {
        var form = config.Within("config");
        form.Refuse(unknown);
        if (form.Reader.Number("scaling", 1) != 1 || !form.Reader.Flag("output_adapter"))
        {
            throw new CheckpointException($"{config.Path}: 'scaling' must be 1 and 'output_adapter' true; Ptgp reads the bottlenecks that it saved.");
        }

        var shape = modules.Transformer.Config;
        var width = shape.Width;
        var placement = form.Reader.Flag("mh_adapter") ? BottleneckPlacement.Houlsby : BottleneckPlacement.Pfeiffer;
        var activation = form.Reader.Choice("non_linearity", Activations.ByName);
        SortedDictionary<string, Bottleneck> bottlenecks = new(StringComparer.Ordinal);
        foreach (var path in FreshBottlenecks.Paths(shape, placement))
        {
            var narrow = file.Find(Key(path, "down.0.weight"))?.Shape is [var rows, _] ? rows : 0;
            Tensor Take(string part, params long[] extents) => file.Take(Key(path, part), extents);
            bottlenecks.Add(path, new(Take("down.0.weight", narrow, width), Take("down.0.bias", narrow), Take("up.weight", width, narrow), Take("up.bias", width), activation));
        }

        return file.Untaken is [var first, ..]
            ? throw new CheckpointException($"Adapter '{file.Path}' has a tensor '{first}', for which this backbone has no place. Name the backbone that it was made for.")
            : new() { Bottlenecks = bottlenecks, Origin = config.Origin };
    }

    /// <summary>Writes bottlenecks into a folder that exists.</summary>
    public static void Write(Adapter adapter, string folder, PeftModules modules)
    {
        var (width, first) = (modules.Transformer.Config.Width, adapter.Bottlenecks.Values.First());
        PeftConfig.Write(folder, adapter.Origin?.DeepClone().AsObject() ?? new()
        {
            ["config"] = new JsonObject
            {
                ["mh_adapter"] = adapter.Bottlenecks.Keys.Any(path => path.EndsWith(".self_attention", StringComparison.Ordinal)),
                ["output_adapter"] = true,
                ["reduction_factor"] = width / (double)first.Down.size(0),
                ["non_linearity"] = Activations.ByName.First(known => known.Value == first.Activation).Key,
                ["original_ln_before"] = false,
                ["original_ln_after"] = true,
                ["residual_before_ln"] = true,
                ["adapter_residual_before_ln"] = false,
                ["ln_before"] = false,
                ["ln_after"] = false,
                ["cross_adapter"] = false,
                ["is_parallel"] = false,
                ["use_gating"] = false,
                ["scaling"] = 1.0,
            },
            ["hidden_size"] = width,
            ["model_type"] = modules.Family,
            ["model_name"] = modules.BaseName,
            ["name"] = Name,
        });
        SafeTensorsWriter.Write(Path.Combine(folder, AdapterFile.Name), adapter.Bottlenecks.SelectMany(one => new KeyValuePair<string, Tensor>[]
        {
            new(Key(one.Key, "down.0.weight"), one.Value.Down), new(Key(one.Key, "down.0.bias"), one.Value.DownBias),
            new(Key(one.Key, "up.weight"), one.Value.Up), new(Key(one.Key, "up.bias"), one.Value.UpBias),
        }));
    }

    private static string Key(string path, string part) => $"{path}.adapters.{Name}.adapter_{part}";
}
