namespace Ptgp.Backbone.Generation;

/// <summary>What is to be written, and with what: a <see cref="WritingRequest"/> of one task, resolved.</summary>
public sealed record EngineRequest
{
    /// <summary>Gets how inputs are read. Runs on the device's thread; requests with the same function may be read together.</summary>
    public required Func<IReadOnlyList<Features>, EncodedStates> Encode { get; init; }

    /// <summary>Gets how inputs are brought to the backbone's width, where <see cref="Encode"/> then does no more than to let its encoder read that with <see cref="Adapter"/>: such requests are
    /// read together whatever their tasks and adapters. Runs on the device's thread. Null, the default, where they are not.</summary>
    public Func<IReadOnlyList<Features>, Embedded>? Embed { get; init; }

    /// <summary>Gets what is read. Either this or <see cref="Encoded"/>.</summary>
    public Features? Source { get; init; }

    /// <summary>Gets what <see cref="WritingEngine.EncodeAsync"/> read. Either this or <see cref="Source"/>.</summary>
    public IEncodedInput? Encoded { get; init; }

    /// <summary>Gets the weights to write with; null for the engine's own.</summary>
    public Transformer? Transformer { get; init; }

    /// <summary>Gets the task's deltas.</summary>
    public Adapter? Adapter { get; init; }

    /// <summary>Gets who asks: those with different names share by <see cref="Weight"/> what is written. The default is nobody.</summary>
    public string Flow { get; init; } = "";

    /// <summary>Gets how large the share of who asks is, beside those of others; above 0. The default is 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Gets how to write.</summary>
    public required ResolvedOptions Options { get; init; }

    /// <inheritdoc cref="WritingRequest.Prefix" />
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <inheritdoc cref="WritingRequest.Rules" />
    public IReadOnlyList<LogitsRule> Rules { get; init; } = [];

    /// <inheritdoc cref="WritingRequest.ProbabilitiesOf" />
    public IReadOnlyList<int> ProbabilitiesOf { get; init; } = [];

    /// <inheritdoc cref="WritingRequest.ProbabilitiesAfter" />
    public int? ProbabilitiesAfter { get; init; }

    /// <inheritdoc cref="WritingRequest.Attention" />
    public AttentionRequest? Attention { get; init; }

    /// <inheritdoc cref="WritingRequest.OnPiece" />
    public Action<Piece>? OnPiece { get; init; }

    /// <summary>Makes a request of what a head asked for.</summary>
    /// <param name="request">What it asked for; its options are not looked at.</param>
    /// <param name="options">Its options over all others, resolved.</param>
    /// <param name="encode">How the task's inputs are read.</param>
    /// <param name="embed">See <see cref="Embed"/>.</param>
    public static EngineRequest From(
        WritingRequest request, ResolvedOptions options, Func<IReadOnlyList<Features>, EncodedStates> encode, Func<IReadOnlyList<Features>, Embedded>? embed = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new()
        {
            Encode = encode,
            Embed = embed,
            Source = request.Source,
            Encoded = request.Encoded,
            Options = options,
            Prefix = request.Prefix,
            Rules = request.Rules,
            ProbabilitiesOf = request.ProbabilitiesOf,
            ProbabilitiesAfter = request.ProbabilitiesAfter,
            Attention = request.Attention,
            OnPiece = request.OnPiece,
        };
    }
}
