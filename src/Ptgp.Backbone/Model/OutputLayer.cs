using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A row of weights for each id that may be written, perhaps the same that it is read by.</summary>
internal sealed class OutputLayer : TokenOutput
{
    private readonly Parameter weight;                            // [vocabulary, width]
    private readonly Parameter? bias;                             // [1, vocabulary]
    private readonly LinearArithmetic arithmetic;
    private PackedLinear? packed;

    /// <summary>Makes a layer.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="source">The parameters.</param>
    /// <param name="config">The shape.</param>
    /// <param name="tied">The table it shares; null for a table of its own.</param>
    public OutputLayer(string path, ParameterSource source, TransformerConfig config, Parameter? tied) : base(nameof(OutputLayer))
    {
        arithmetic = config.Arithmetic;
        weight = tied ?? Add("weight", [config.OutputVocabulary, config.Width], new(0, Math.Pow(config.Width, -0.5)));
        bias = config.HasOutputBias && source.Has(path + ".bias") ? Add("bias", [1, config.OutputVocabulary], Initialization.Zeros, !config.IsOutputBiasConstant) : null;

        Parameter Add(string name, long[] shape, Initialization initialization, bool isLearned = true)
        {
            var parameter = new Parameter(source.Get($"{path}.{name}", shape, initialization), source.IsTrainable && isLearned);
            register_parameter(name, parameter);
            return parameter;
        }
    }

    public override Tensor Logits(Tensor states, Adapter? adapter, bool isPacked)
    {
        return AdaptedTables.Logits(states, weight, bias?.view(-1), Shared, adapter) ?? Shared(states);

        Tensor Shared(Tensor x)
        {
            if (!isPacked)
            {
                var logits = nn.functional.linear(x, weight);
                return bias is null ? logits : Ops.Add(logits, bias);
            }

            return (packed ??= PackedLinear.Create(weight, bias?.view(-1), arithmetic)).Forward(x);
        }
    }

    public override Tensor? Loss(Tensor states, Tensor labels, double labelSmoothing, Adapter? adapter) =>
        AdaptedTables.Change(adapter) || weight.dtype != ScalarType.Float32 ? null : LinearCrossEntropy.Sum(states, weight, bias?.view(-1), labels, labelSmoothing);

    public override void Unpack()
    {
        packed?.Dispose();
        packed = null;
    }
}
