namespace Ptgp.Backbone;

/// <summary>mBART and mBART-50 (Liu et al. 2020; Tang et al. 2020): BART that normalizes before each sublayer and once more behind the last.</summary>
internal sealed class MBartFamily : BartFamily
{
    public override string Name => "mbart";

    public override IReadOnlyList<string> ModelTypes => ["mbart"];

    public override TransformerConfig ReadConfig(ConfigReader config) => base.ReadConfig(config) with
    {
        NormPlacement = NormPlacement.Before,
        HasFinalNorm = true,
        StartsWithLast = true,
    };
}
