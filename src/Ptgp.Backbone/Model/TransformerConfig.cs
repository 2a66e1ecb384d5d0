namespace Ptgp.Backbone;

/// <summary>The shape of a Transformer. Every difference between families of checkpoints is one of these fields.</summary>
public sealed record TransformerConfig
{
    /// <summary>An id that the configuration of the checkpoint does not tell.</summary>
    public const int Unknown = -1;

    /// <summary>Gets how many token ids it reads, and writes unless <see cref="TargetVocabulary"/> says otherwise.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Gets how many token ids it writes, when these are others than it reads; null when one vocabulary serves both.</summary>
    public int? TargetVocabulary { get; init; }

    /// <summary>Gets how many values a frame has where frames are read, by two convolutions that halve their number; 0 where tokens are.</summary>
    public int FrameWidth { get; init; }

    /// <summary>Gets the size of a hidden state.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the encoder; null when there is none.</summary>
    public StackConfig? Encoder { get; init; }

    /// <summary>Gets the decoder; null when there is none.</summary>
    public StackConfig? Decoder { get; init; }

    /// <summary>Gets how states are normalized.</summary>
    public NormKind Norm { get; init; } = NormKind.Layer;

    /// <summary>Gets what is added to the variance.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Gets where a sublayer normalizes: what it reads, or the sum with what it read.</summary>
    public NormPlacement NormPlacement { get; init; }

    /// <summary>Gets whether embeddings are normalized.</summary>
    public bool HasEmbeddingNorm { get; init; }

    /// <summary>Gets whether the last states of a stack are normalized.</summary>
    public bool HasFinalNorm { get; init; }

    /// <summary>Gets how positions enter.</summary>
    public PositionKind Positions { get; init; }

    /// <summary>Gets how many positions there are; 0 when nothing bounds them.</summary>
    public int MaxPositions { get; init; }

    /// <summary>Gets how many rows of a table come before the first position.</summary>
    public int PositionOffset { get; init; }

    /// <summary>Gets whether padding takes no position, so that what follows it counts on as if it were not there, as in fairseq's positions and where a decoder stands alone.</summary>
    public bool SkipsPadding { get; init; }

    /// <summary>Gets how queries and keys turn with their positions; null where <see cref="Positions"/> is not <see cref="PositionKind.Rotary"/>.</summary>
    public RotaryConfig? Rotary { get; init; }

    /// <summary>Gets how ids are grouped by how often they occur; null where one table serves all.</summary>
    public AdaptiveVocabulary? Adaptive { get; init; }

    /// <summary>Gets how many kinds of token there are, such as those of the two texts of a pair; each adds a learned vector. 0 for none.</summary>
    public int Segments { get; init; }

    /// <summary>Gets the number of buckets of <see cref="PositionKind.RelativeBuckets"/> (Raffel et al. 2020, section 2.1).</summary>
    public int RelativeBuckets { get; init; }

    /// <summary>Gets the distance from which on all share the last bucket.</summary>
    public int RelativeMaxDistance { get; init; }

    /// <summary>Gets the function of the feed-forward layers.</summary>
    public Activation Activation { get; init; }

    /// <summary>Gets whether feed-forward layers multiply by a gate (Shazeer 2020).</summary>
    public bool IsGated { get; init; }

    /// <summary>Gets which projections add a bias.</summary>
    public Biases Biases { get; init; } = Biases.All;

    /// <summary>Gets what attention scores are multiplied by; null for the inverse square root of a head's width.</summary>
    public double? AttentionScale { get; init; }

    /// <summary>Gets whether the last states of a stack are dropped in training, as in T5.</summary>
    public bool HasFinalDropout { get; init; }

    /// <summary>Gets what embeddings are multiplied by.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Gets what the last states are multiplied by before they become logits.</summary>
    public double OutputScale { get; init; } = 1;

    /// <summary>Gets whether the embeddings of what is written also make the logits.</summary>
    public bool TiesOutput { get; init; } = true;

    /// <summary>Gets whether logits have a bias.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Gets whether that bias is a constant, which checkpoints hold and no training changes, as in BART.</summary>
    public bool IsOutputBiasConstant { get; init; }

    /// <summary>Gets whether states are transformed once more before they become logits, as those of encoders are that learned from masked tokens. Checkpoints may leave it out.</summary>
    public bool HasOutputTransform { get; init; }

    /// <summary>Gets the share of activations dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Gets the share of attention dropped in training.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Gets the share of feed-forward activations dropped in training.</summary>
    public double ActivationDropout { get; init; }

    /// <summary>Gets the id that a written sequence starts from; <see cref="Unknown"/> where none is written and the configuration names none.</summary>
    public int StartId { get; init; }

    /// <summary>Gets whether each target's own last token starts it in training, as in mBART; usually it is <see cref="StartId"/> too.</summary>
    public bool StartsWithLast { get; init; }

    /// <summary>Gets the id that fills up a batch.</summary>
    public int PadId { get; init; }

    /// <summary>Gets the id that ends a sequence; <see cref="Unknown"/> where the tokenizer alone knows it.</summary>
    public int EndId { get; init; }

    /// <summary>Gets the number of ids it writes.</summary>
    public int OutputVocabulary => TargetVocabulary ?? Vocabulary;

    /// <summary>Gets how layers compute in float32 on the CPU when nothing is learned; the default is <see cref="LinearArithmetic.Fastest"/>.</summary>
    public LinearArithmetic Arithmetic { get; init; }

    /// <summary>Gets whether <see cref="Arithmetic"/> asks for rows that do not depend on each other to the bit.</summary>
    internal bool IsStrict => Arithmetic.HasFlag(LinearArithmetic.Strict);

    /// <summary>Drops another share in training. Shares of attention and activations that follow the general one follow it here too.</summary>
    /// <param name="share">The share; null for those there are.</param>
    internal TransformerConfig WithDropout(double? share) => share is not { } dropped
        ? this
        : this with
        {
            Dropout = dropped,
            AttentionDropout = AttentionDropout == Dropout ? dropped : AttentionDropout,
            ActivationDropout = ActivationDropout == Dropout ? dropped : ActivationDropout,
        };
}

/// <summary>The sizes of an encoder or decoder.</summary>
public sealed record StackConfig
{
    /// <summary>Gets the number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Gets the number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Gets the width of one head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Gets the number of heads of keys and values, each shared by as many heads of queries (Ainslie et al. 2023); null for as many as <see cref="Heads"/>.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Gets how many positions, its own included, a state sees in a layer with a sliding window (Beltagy et al. 2020); 0 when no layer has one.</summary>
    public int Window { get; init; }

    /// <summary>Gets how many layers come before the first one with a window.</summary>
    public int LayersBeforeWindow { get; init; }

    /// <summary>Gets how many states each layer remembers of the segments before the one that it reads (Dai et al. 2019); 0 for none. It goes with <see cref="PositionKind.RelativeSinusoidal"/>.</summary>
    public int Memory { get; init; }

    /// <summary>Gets the distance from which on all are alike to <see cref="PositionKind.RelativeSinusoidal"/>; 0 for no such.</summary>
    public int DistanceLimit { get; init; }

    /// <summary>Gets whether all layers have the same biases of <see cref="PositionKind.RelativeSinusoidal"/>.</summary>
    public bool SharesDistanceBiases { get; init; }

    /// <summary>Gets the width inside a feed-forward layer.</summary>
    public required int FeedForwardWidth { get; init; }

    /// <summary>Gets how positions enter this stack; null for <see cref="TransformerConfig.Positions"/>.</summary>
    public PositionKind? Positions { get; init; }

    /// <summary>Gets how many positions this stack has; null for <see cref="TransformerConfig.MaxPositions"/>.</summary>
    public int? MaxPositions { get; init; }
}

/// <summary>How states are normalized.</summary>
public enum NormKind
{
    /// <summary>To mean 0 and variance 1, with weight and bias (Ba et al. 2016).</summary>
    Layer,

    /// <summary>To root mean square 1, with a weight (Zhang and Sennrich 2019).</summary>
    RootMeanSquare,
}

/// <summary>Where a sublayer normalizes.</summary>
public enum NormPlacement
{
    /// <summary>What the sublayer reads.</summary>
    Before,

    /// <summary>The sum of what it read and what it made, as in the original Transformer.</summary>
    After,
}

/// <summary>How positions enter.</summary>
public enum PositionKind
{
    /// <summary>A learned vector for each position is added to the embeddings.</summary>
    Learned,

    /// <summary>Sines in the first half of the width and cosines in the second are added to the embeddings. Their i-th period is 2π · 10⁴ to the power 2i / width.</summary>
    Sinusoidal,

    /// <summary>The same, as tensor2tensor and fairseq make them: the power is i / (width / 2 − 1), so that the last period is 2π · 10⁴ itself.</summary>
    SinusoidalToEnd,

    /// <summary>A learned number for each bucket of distances is added to attention scores.</summary>
    RelativeBuckets,

    /// <summary>Queries look at a vector for each distance, of sines and cosines, beside the keys (Dai et al. 2019, section 3.3). Texts are read by segments.</summary>
    RelativeSinusoidal,

    /// <summary>Queries and keys turn by angles that grow with the position (Su et al. 2021).</summary>
    Rotary,
}

/// <summary>Projections, by what they make.</summary>
[Flags]
public enum Biases
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Queries.</summary>
    Queries = 1,

    /// <summary>Keys.</summary>
    Keys = 2,

    /// <summary>Values.</summary>
    Values = 4,

    /// <summary>What attention gives on.</summary>
    Mixed = 8,

    /// <summary>Both acts of a feed-forward layer, and its gate.</summary>
    FeedForward = 16,

    /// <summary>All of attention.</summary>
    Attention = Queries | Keys | Values | Mixed,

    /// <summary>All.</summary>
    All = Attention | FeedForward,
}

/// <summary>The function of a feed-forward layer.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x · Φ(x) (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>The same, with Φ approximated by a tanh.</summary>
    GeluTanh,

    /// <summary>x · sigmoid(x).</summary>
    Silu,
}
