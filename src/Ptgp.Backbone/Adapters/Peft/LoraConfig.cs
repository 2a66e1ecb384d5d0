namespace Ptgp.Backbone;

/// <summary>What a configuration of PEFT's type LORA says of its deltas.</summary>
internal sealed class LoraConfig
{
    // Each asks for deltas of another form, or for other modules than it names.
    private static readonly string[] unknown =
    [
        "lora_bias", "use_qalora", "use_bdlora", "alora_invocation_tokens", "arrow_config", "layer_replication", "trainable_token_indices", "target_parameters",
        "kasa_config", "monteclora_config", "velora_config",
    ];

    // Each takes what A and B begin with out of the base's weights, so that these are no longer the checkpoint's.
    private static readonly string[] changingBases = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    private readonly PeftConfig config;
    private readonly IReadOnlyList<KeyValuePair<string, double>> ranks, alphas;
    private readonly double alpha;
    private readonly int rank;
    private readonly bool isRankStabilized;

    public LoraConfig(PeftConfig config)
    {
        this.config = config;
        config.Refuse(unknown);
        var start = config.IsText("init_lora_weights") ? config.Reader.Text("init_lora_weights") : "";
        if (changingBases.Any(kind => start.StartsWith(kind, StringComparison.Ordinal)))
        {
            throw new CheckpointException(
                $"{config.Path}: 'init_lora_weights' must leave the base's weights alone, but is '{start}'. Let PEFT convert the adapter to plain LoRA when it saves it (path_initial_model_for_weight_conversion).");
        }

        (rank, alpha) = (config.Reader.Size("r"), config.Reader.Number("lora_alpha"));
        (ranks, alphas) = (config.Patterns("rank_pattern"), config.Patterns("alpha_pattern"));
        (isRankStabilized, IsDecomposed) = (config.Reader.Flag("use_rslora", false), config.Reader.Flag("use_dora", false));
        Dropout = config.Reader.Number("lora_dropout", 0);
        if (Dropout is not (>= 0 and < 1))
        {
            throw new CheckpointException($"{config.Path}: 'lora_dropout' must be from 0 up to but not including 1, but is {Dropout}.");
        }

        TunesBiases = config.Reader.Text("bias", "none") switch
        {
            "none" => false,
            "lora_only" => true,
            var other => throw new CheckpointException($"{config.Path}: 'bias' must be none or lora_only, but is {other}."),
        };
    }

    /// <summary>Gets the share of what deltas read that is dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Gets whether the lengths of weights are learned apart (DoRA).</summary>
    public bool IsDecomposed { get; }

    /// <summary>Gets whether the biases of modules with a delta are learned, too.</summary>
    public bool TunesBiases { get; }

    /// <summary>Gets the rank that a module's delta must have.</summary>
    public long RankOf(string module) => (long)(Own(ranks, module, "rank_pattern") ?? rank);

    /// <summary>Gets what a module's delta of some rank is multiplied by.</summary>
    public double ScaleOf(string module, long ofRank) => (Own(alphas, module, "alpha_pattern") ?? alpha) / (isRankStabilized ? Math.Sqrt(ofRank) : ofRank);

    private double? Own(IReadOnlyList<KeyValuePair<string, double>> patterns, string module, string field)
    {
        foreach (var (pattern, value) in patterns)
        {
            if (ModulePattern.FitsEnd(pattern, module) ?? throw new CheckpointException(
                $"{config.Path}: '{field}' must name modules by regular expressions of modest size without looking around or back, but has '{(pattern.Length > 100 ? pattern[..100] + "…" : pattern)}'."))
            {
                return value;
            }
        }

        return null;
    }
}
