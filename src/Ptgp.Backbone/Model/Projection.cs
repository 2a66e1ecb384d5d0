using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A linear layer of the shared Transformer, changed by whichever adapter a pass carries.</summary>
internal sealed class Projection : nn.Module
{
    private PackedLinear? packed;

    public Projection(string path, ParameterSource source, long inputs, long outputs, bool hasBias) : base(nameof(Projection))
    {
        Path = path;
        Weight = new Parameter(source.Get(path + ".weight", [outputs, inputs], new(0, Math.Pow(inputs, -0.5))), source.IsTrainable);
        register_parameter("weight", Weight);
        if (hasBias)
        {
            Bias = new Parameter(source.Get(path + ".bias", [outputs], Initialization.Zeros), source.IsTrainable);
            register_parameter("bias", Bias);
        }
    }

    /// <summary>Gets where the layer stands in the Transformer, such as <c>decoder.layers.0.self_attention.q</c>.</summary>
    public string Path { get; }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    /// <summary>Tells whether the pass's adapter changes this layer.</summary>
    public bool IsChanged(Pass pass) => pass.Spans is { } spans ? spans.Any(adapter => adapter.Deltas.ContainsKey(Path)) : pass.DeltaOf(Path) is not null;

    /// <summary>Tells whether the layer is computed from packed weights and no adapter changes it, so that it can cut negative results itself.</summary>
    public bool CanCut(Pass pass) => pass.IsPacked && !IsChanged(pass);

    /// <summary>The same as <see cref="Forward"/> where it <see cref="CanCut"/>, negative results cut to zero.</summary>
    public Tensor ForwardCut(Tensor x, Pass pass) => Packed(pass).Forward(x, relu: true);

    /// <summary><c>[…, inputs]</c> to <c>[…, outputs]</c>.</summary>
    public Tensor Forward(Tensor x, Pass pass)
    {
        if (pass.Spans is { } spans)
        {
            x = spans.Change(x, adapter => adapter.Deltas.GetValueOrDefault(Path) is { ChangesInput: true } own ? own : null, (own, rows, _) => own.ChangeInput(rows));
            return Change(Shared(x, pass), x, pass);
        }

        var delta = pass.DeltaOf(Path);
        x = delta is null ? x : delta.ChangeInput(x);
        var y = Shared(x, pass);
        return delta is null ? y : delta.ChangeOutput(y, x, Weight, Bias);
    }

    private Tensor Shared(Tensor x, Pass pass) => pass.IsPacked ? Packed(pass).Forward(x) : nn.functional.linear(x, Weight, Bias);

    private PackedLinear Packed(Pass pass) => packed ??= PackedLinear.Create(Weight, Bias, pass.Arithmetic);

    /// <summary>Changes what the shared weights made of <paramref name="x"/> as the pass's adapter does.</summary>
    public Tensor Change(Tensor y, Tensor x, Pass pass) => pass.Spans is { } spans
        ? spans.Change(y, adapter => adapter.Deltas.GetValueOrDefault(Path), (delta, rows, span) => delta.ChangeOutput(rows, span.Of(x), Weight, Bias))
        : pass.DeltaOf(Path) is { } delta ? delta.ChangeOutput(y, x, Weight, Bias) : y;

    /// <summary>Tells whether the pass's adapter changes what this layer reads, so that it cannot be computed together with others.</summary>
    public bool ReadsApart(Pass pass) => pass.Spans is { } spans
        ? spans.Any(adapter => adapter.Deltas.GetValueOrDefault(Path) is { ChangesInput: true })
        : pass.DeltaOf(Path) is { ChangesInput: true };

    /// <summary>Forgets the copy packed for speed, because the weights will change.</summary>
    public void Unpack()
    {
        packed?.Dispose();
        packed = null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unpack();
        }

        base.Dispose(disposing);
    }
}
