namespace Ptgp.Backbone;

/// <summary>mBART and mBART-50 (Liu et al. 2020; Tang et al. 2020): BART that normalizes before each sublayer and once more behind the last.</summary>
internal sealed class MBartFamily : BartFamily
{
    public override string Name => "mbart";

    public override IReadOnlyList<string> ModelTypes => ["mbart"];

    // Those of the first mBART, in the order of fairseq; mBART-50's files name their own.
    public override IReadOnlyList<string> Languages =>
    [
        "ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI", "fr_XX", "gu_IN", "hi_IN", "it_IT", "ja_XX", "kk_KZ",
        "ko_KR", "lt_LT", "lv_LV", "my_MM", "ne_NP", "nl_XX", "ro_RO", "ru_RU", "si_LK", "tr_TR", "vi_VN", "zh_CN",
    ];

    public override TransformerConfig ReadConfig(ConfigReader config) => base.ReadConfig(config) with
    {
        NormPlacement = NormPlacement.Before,
        HasFinalNorm = true,
        StartsWithLast = true,
    };
}
