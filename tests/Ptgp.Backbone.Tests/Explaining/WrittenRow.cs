using Ptgp.Backbone.Explaining;
using Ptgp.Backbone.Tests.Model;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Explaining;

/// <summary>A row of a fixture's batch without its padding, and a text to write to it: its labels, or on a decoder-only backbone the second half of the row.</summary>
internal sealed class WrittenRow : IDisposable
{
    public WrittenRow(string fixture)
    {
        Loaded = new(fixture);
        var config = Loaded.Transformer.Config;
        IsCausal = config.Encoder is null;
        Row = IsCausal ? 0 : 1;                                                                    // the first row's labels are ignored in places
        var ids = Loaded.Golden("input_ids")[Row].masked_select(Loaded.Golden("attention_mask")[Row].to(ScalarType.Bool));
        var read = IsCausal ? ids.narrow(0, 0, ids.size(0) / 2) : ids;
        Labels = [.. (IsCausal ? ids.narrow(0, read.size(0), ids.size(0) - read.size(0)) : Loaded.Golden("labels")[Row]).data<long>().Where(id => id >= 0).Select(id => (int)id)];
        Batch = new() { Source = read.unsqueeze(0), Mask = ones([1, read.size(0)], ScalarType.Bool) };
        using var quiet = no_grad();
        Input = Loaded.Transformer.Embed(Batch).States;
        Text = new(Loaded.Transformer, null, config.StartsWithLast ? Labels[^1] : config.StartId, Labels);
    }

    public Loaded Loaded { get; }

    public bool IsCausal { get; }

    /// <summary>Gets which row it is.</summary>
    public int Row { get; }

    public IReadOnlyList<int> Labels { get; }

    public Batch Batch { get; }

    /// <summary>Gets what is read, <c>[1, length, width]</c>.</summary>
    public Tensor Input { get; }

    public ForcedText Text { get; }

    public Tensor Scores(Tensor states) => Text.OwnLogProbabilities(Loaded.Transformer.Encode(new(states, Batch.Mask)));

    public double Score(Tensor states)
    {
        using var quiet = no_grad();
        return Scores(states).to(ScalarType.Float64).sum().item<double>();
    }

    public void Dispose() => Loaded.Dispose();
}
