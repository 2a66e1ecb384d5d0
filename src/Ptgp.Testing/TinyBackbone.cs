using Ptgp.Backbone;
using static TorchSharp.torch;

namespace Ptgp.Testing;

/// <summary>A backbone for tests: the real Transformer, small and random, with a token for each byte. It needs no files and is made in milliseconds.</summary>
/// <remarks>It computes on the CPU, and draws the same weights from the same seed. Call it inside a dispose scope, as the host does.</remarks>
public sealed class TinyBackbone : IBackbone, IDisposable
{
    private readonly Transformer transformer;

    /// <summary>Makes a backbone.</summary>
    /// <param name="writes">Whether it has a decoder, as T5 has and BERT has not.</param>
    /// <param name="maxLength">The longest sequence that may be read or written.</param>
    /// <param name="seed">What its weights are drawn from.</param>
    public TinyBackbone(bool writes = true, int maxLength = 128, int seed = 0) : this(writes, maxLength, seed, 0)
    {
    }

    private TinyBackbone(bool writes, int maxLength, int seed, int frameWidth)
    {
        var stack = new StackConfig { Layers = 2, Heads = 2, HeadWidth = 8, FeedForwardWidth = 32 };
        MaxLength = maxLength;
        Tokenizer = new ByteTokenizer(frameWidth > 0 ? maxLength / 2 : 0);
        transformer = new(
            new()
            {
                Vocabulary = Tokenizer.Count,
                Width = 16,
                Encoder = stack,
                FrameWidth = frameWidth,
                Decoder = writes ? stack : null,
                Norm = NormKind.RootMeanSquare,
                HasFinalNorm = true,
                Positions = PositionKind.RelativeBuckets,
                RelativeBuckets = 8,
                RelativeMaxDistance = 32,
                PadId = Tokenizer.PadId,
                StartId = Tokenizer.TryFind("<|startoftranscript|>", out var start) ? start : Tokenizer.PadId,
                EndId = Tokenizer.EndId,
            },
            new FreshParameters(seed));
        transformer.train(false);
        Description = new()
        {
            Name = "tiny",
            Family = "tiny",
            Features = BackboneFeatures.SeesBothSides | (writes ? BackboneFeatures.Writes | BackboneFeatures.Aligns : 0) | (frameWidth > 0 ? BackboneFeatures.ReadsFrames : 0),
            FrameWidth = frameWidth,
            AlignmentHeads = frameWidth > 0 ? [new(1, 0), new(1, 1)] : [],
            Width = transformer.Config.Width,
            Vocabulary = Tokenizer.Count,
            MaxLength = maxLength,
            MaxTargetLength = maxLength,
            Prefixes = new Dictionary<string, string> { ["translation"] = "translate {from} to {to}: ", ["summarization"] = "summarize: " },
        };
    }

    /// <summary>Makes a backbone that hears: it reads log-mel frames of 10 ms, and its vocabulary has Whisper's marks, of times too.</summary>
    /// <param name="maxLength">How many frames a window has, an even number.</param>
    /// <param name="frameWidth">How many values a frame has.</param>
    /// <param name="seed">What its weights are drawn from.</param>
    public static TinyBackbone ThatHears(int maxLength = 128, int frameWidth = 80, int seed = 0) => new(writes: true, maxLength, seed, frameWidth);

    /// <inheritdoc />
    public BackboneDescription Description { get; }

    /// <inheritdoc />
    public int MaxLength { get; }

    /// <inheritdoc />
    public ITokenizer Tokenizer { get; }

    /// <summary>Gets its weights.</summary>
    public IReadOnlyCollection<Tensor> Parameters => [.. transformer.NamedParameters.Values];

    /// <inheritdoc />
    public Embedded Embed(Batch batch) => transformer.Embed(batch);

    /// <summary>Reads what a head has brought to its width, as the host does between <c>Embed</c> and <c>Loss</c>.</summary>
    public EncodedStates Encode(Embedded input) => transformer.Encode(input);

    /// <inheritdoc />
    public Tensor Decode(EncodedStates source, Tensor targets) => transformer.Decode(source, targets);

    /// <inheritdoc />
    public Tensor Decode(EncodedStates source, Tensor targets, Tensor starts) => transformer.Decode(source, targets, starts: starts);

    /// <inheritdoc />
    public Tensor Project(Tensor states) => transformer.Project(states);

    /// <inheritdoc />
    public TaskLoss Loss(Tensor states, Tensor labels, double labelSmoothing = 0) => transformer.Loss(states, labels, labelSmoothing);

    /// <summary>Disposes its weights.</summary>
    public void Dispose() => transformer.Dispose();

    internal DecodingState Begin(EncodedStates source, int capacity) => transformer.Begin(source, beams: 1, capacity);
}
