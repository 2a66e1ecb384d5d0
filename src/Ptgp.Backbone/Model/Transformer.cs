using Ptgp.Backbone.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The shared Transformer: weights, and the passes over them. It knows no task; what is a task's own comes as an <see cref="Adapter"/>.</summary>
/// <remarks>
/// Passes are synchronous and belong inside a dispose scope of the caller's. In evaluation mode and without gradients, layers
/// compute from copies of their weights packed for speed, which <see cref="train"/> forgets.
/// </remarks>
public sealed class Transformer : nn.Module
{
    // Scalars that stay: one made in passing may be collected while libtorch reads it.
    internal static readonly Scalar Masked = float.MinValue / 2;  // finite, so that a row of nothing but padding gives numbers
    internal static readonly Scalar Zero = 0, One = 1;
    private static readonly Scalar ignored = Target.Ignored;

    private readonly Scalar startId, padId;
    private TransformerConfig? reading;
    private readonly Stem? stem;
    private readonly Stack? encoder;
    private readonly Stack? decoder;
    private readonly TokenEmbeddings embeddings, targetEmbeddings;
    private readonly TokenOutput output;
    private readonly Table? segments;
    private readonly OutputTransform? outputTransform;
    private readonly Tensor embeddingScale, outputScale;

    /// <summary>Initializes a Transformer with the parameters of a source.</summary>
    public Transformer(TransformerConfig config, ParameterSource source) : base(nameof(Transformer))
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(source);
        Config = config;
        (startId, padId) = (config.StartId, config.PadId);
        embeddings = TokenEmbeddings.Of(AdaptedTables.Embeddings, source, config.Vocabulary, config);
        register_module(AdaptedTables.Embeddings, embeddings);
        targetEmbeddings = embeddings;
        if (config.TargetVocabulary is { } count)
        {
            register_module(AdaptedTables.TargetEmbeddings, targetEmbeddings = TokenEmbeddings.Of(AdaptedTables.TargetEmbeddings, source, count, config));
        }

        if (config.Segments > 0)
        {
            register_module("segments", segments = new("segments", source, [config.Segments, config.Width], drawn: new(0, 0.02)));
        }

        if (config.FrameWidth > 0)
        {
            register_module("stem", stem = new("stem", source, config));
        }

        if (config.Encoder is not null)
        {
            register_module("encoder", encoder = new("encoder", source, config, config.Encoder, crosses: false, isBidirectional: true));
        }

        if (config.Decoder is not null)
        {
            register_module("decoder", decoder = new("decoder", source, config, config.Decoder, crosses: encoder is not null, isBidirectional: false));
        }

        register_module(AdaptedTables.Output, output = TokenOutput.Of(AdaptedTables.Output, source, config, targetEmbeddings));
        if (config.HasOutputTransform && source.Has("output_transform.dense.weight"))
        {
            register_module("output_transform", outputTransform = new("output_transform", source, config));
        }

        using var scope = NewDisposeScope();
        embeddingScale = tensor(config.EmbeddingScale, Dtype, source.Device).DetachFromDisposeScope();
        outputScale = tensor(config.OutputScale, Dtype, source.Device).DetachFromDisposeScope();
    }

    /// <summary>Gets the shape.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Gets or sets the share of activations that are dropped in training mode; null, the default, for what <see cref="Config"/> says.</summary>
    public double? Dropout { get; set; }

    /// <summary>
    /// Gets or sets whether passes with gradients keep only what each layer read, and compute the layer anew when gradients are asked for (Chen et al. 2016): less memory for a forward
    /// pass more, with the same gradients. Ask for these by <see cref="Ops.Backward"/>. The default is false.
    /// </summary>
    public bool Recomputes { get; set; }

    /// <summary>Says why a backbone's texts cannot share rows; null if they can. See <see cref="RowLength"/>.</summary>
    public static string? PreventsPacking(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Packing.Prevents(config);
    }

    /// <summary>
    /// Gets or sets how many positions a row holds into which passes with gradients pack several texts, each of which sees itself alone; null, the default, for a row each. A longer text has a
    /// longer row. States are what they are without.
    /// </summary>
    /// <exception cref="ArgumentException">The backbone cannot pack; the message says why.</exception>
    public int? RowLength
    {
        get;
        set => field = value is not null && PreventsPacking(Config) is { } why ? throw new ArgumentException(why, nameof(value)) : value;
    }

    /// <summary>Gets the device of the weights.</summary>
    public Device Device => embeddings.Weight.device;

    /// <summary>Gets the type of the weights, and so of the states.</summary>
    public ScalarType Dtype => embeddings.Weight.dtype;

    /// <summary>Gets every parameter by its canonical name; tied ones once.</summary>
    public IReadOnlyDictionary<string, Parameter> NamedParameters =>
        named_parameters().ToDictionary(p => p.name, p => p.parameter, StringComparer.Ordinal);

    /// <summary>Gets what a checkpoint of it holds: the parameters, and tables that are not learned but were stored beside them.</summary>
    public IReadOnlyDictionary<string, Tensor> NamedTensors => NamedParameters.Select(p => KeyValuePair.Create(p.Key, (Tensor)p.Value))
        .Concat(modules().OfType<Positions>().Select(positions => positions.Stored).OfType<KeyValuePair<string, Tensor>>()).ToDictionary(StringComparer.Ordinal);

    /// <summary>Gets the paths of its projections, such as <c>decoder.layers.0.self_attention.q</c>, with their sizes.</summary>
    public IReadOnlyDictionary<string, (long Inputs, long Outputs)> Projections =>
        modules().OfType<Projection>().Distinct().ToDictionary(p => p.Path, p => (p.Weight.size(1), p.Weight.size(0)), StringComparer.Ordinal);

    /// <summary>Looks up the embeddings of what is read, or brings frames to the width.</summary>
    /// <exception cref="ArgumentException">Frames have another width than the shape says.</exception>
    public Embedded Embed(Batch batch, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (stem is not null)
        {
            return stem.Forward(batch.Source, batch.Mask);
        }

        var states = Embed(embeddings, batch.Source, adapter);
        if (segments?.Weight is { } table)
        {
            states = Ops.Add(states, batch.Segments is { } kinds ? table.index_select(0, kinds.reshape(-1)).view_as(states) : table.narrow(0, 0, 1));
        }

        return new(states, batch.Mask);
    }

    /// <summary>Reads: <c>[batch, length, width]</c> to states of the same shape: the encoder's at once; the decoder's, where it stands alone, when they are asked for.</summary>
    public EncodedStates Encode(Embedded input, Adapter? adapter = null, StateCapture? capture = null)
    {
        if (encoder is null)
        {
            return new(input, input.Mask, isCausal: true, () => ReadOn(input, DecoderPass(adapter, capture), capture));
        }

        var pass = new Pass(Reading.WithDropout(Dropout), adapter, training) { SelfAttentions = capture?.EncoderAttentions, Recomputes = RecomputesNow(capture) };
        var whole = BehindPromptOf(adapter, input);
        var hidden = Masks.Hide(whole.Mask);
        var states = encoder.Forward(whole.States, PlacesOf(whole.Mask, hidden), hidden, null, null, capture?.EncoderStates, pass);
        EncodedStates all = new(whole, whole.Mask, isCausal: false, () => states);
        return adapter?.Prompt is null ? all : BehindPrompt.Of(input, all);
    }

    /// <summary>Tells whether inputs of an adapter can be read beside those of others.</summary>
    internal bool ReadsTogether(Adapter? adapter) => encoder is not null && adapter?.Prompt is null && adapter?.Prefix is null or { IsDecoders: true };

    /// <summary>Reads rows of several adapters that <see cref="ReadsTogether"/> with the encoder, without gradients: <c>[batch, length, width]</c> to states of the same shape.</summary>
    /// <param name="input">The rows, embedded by their own adapters.</param>
    /// <param name="adapters">The adapter of each row; those of one are best next to each other.</param>
    internal EncodedStates Encode(Embedded input, IReadOnlyList<Adapter?> adapters)
    {
        var spans = AdapterSpans.Of(adapters, Config.IsStrict);
        if (spans.AreOne)
        {
            return Encode(input, spans.Adapter);
        }

        var hidden = Masks.Hide(input.Mask);
        var states = encoder!.Forward(input.States, PlacesOf(input.Mask, hidden), hidden, null, null, null, new(Reading, spans));
        return new(input, input.Mask, isCausal: false, () => states);
    }

    /// <summary>Computes the state that predicts each target <c>[batch, targets]</c> from those before it, and from what was read: <c>[batch, targets, width]</c>.</summary>
    public Tensor Decode(EncodedStates source, Tensor targets, Adapter? adapter = null, StateCapture? capture = null, Tensor? starts = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(targets);
        var before = targets.narrow(1, 0, targets.size(1) - 1);
        var isWritten = before.ge(Zero);
        before = before.where(isWritten, full_like(before, padId));
        if (encoder is not null)
        {
            var start = starts is not null ? starts.view(-1, 1) : Config.StartsWithLast ? targets.gather(1, Masks.LastOf(targets.ge(Zero))) : full([targets.size(0), 1], startId, int64, targets.device);
            return DecodeInputs(source, cat([start, before], 1), adapter, capture);
        }

        // The first target follows the last of what was read, wherever that stands in its row; the others follow those before them. Padding,
        // of either, takes no position: a row with much to read and one with much to write may be longer together than each.
        var written = new Embedded(EmbedTargets(before, adapter), isWritten);
        var whole = new Embedded(cat([source.Input.States, written.States], 1), cat([source.Mask, written.Mask], 1));
        var states = ReadOn(whole, DecoderPass(adapter, capture), capture);
        var follows = Ops.Range(source.Mask.size(1), whole.Mask.size(1), targets.device).expand(targets.size(0), -1);
        return states.gather(1, cat([Masks.LastOf(source.Mask), follows], 1).unsqueeze(-1).expand(-1, -1, Config.Width));
    }

    /// <summary>Computes the decoder's states of inputs <c>[batch, length]</c>, the start token included, beside an encoder.</summary>
    public Tensor DecodeInputs(EncodedStates source, Tensor inputs, Adapter? adapter = null, StateCapture? capture = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(inputs);
        source = BehindPrompt.Memory(source);
        var length = (int)inputs.size(1);
        var places = Config.SkipsPadding ? Places.Of(inputs.ne(padId)) : Places.From(0, length);
        return Decoder.Forward(
            EmbedTargets(inputs, adapter), places, Masks.Future(length, inputs.device), source.States, Masks.Hide(source.Mask), capture?.DecoderStates, DecoderPass(adapter, capture));
    }

    /// <summary>
    /// Reads the next segment of texts that may have any length, with a decoder that remembers: <c>[batch, length, width]</c> to states of the same shape,
    /// and what to give it with the segment after. Gradients flow through the segment and stop at the memory.
    /// </summary>
    /// <param name="segment">The embeddings of the segment. Padding may lie anywhere in a row; rows may hold nothing.</param>
    /// <param name="memory">What was remembered of the segments before; null, the default, at the beginning of the texts. It is left as it is.</param>
    /// <param name="adapter">The task's deltas. A prompt of theirs is read before the first segment.</param>
    /// <param name="capture">Where states and attention go when they are wanted.</param>
    /// <exception cref="InvalidOperationException">The backbone remembers nothing: its positions are not <see cref="PositionKind.RelativeSinusoidal"/>.</exception>
    public (Tensor States, SegmentMemory Memory) ReadSegment(Embedded segment, SegmentMemory? memory = null, Adapter? adapter = null, StateCapture? capture = null)
    {
        if (decoder?.Distances is null)
        {
            throw new InvalidOperationException("Segments can be read one by one by a backbone that remembers them, but this one does not. Read the text as a whole, or take a backbone such as Transformer-XL.");
        }

        var reading = SegmentReading.Of(decoder, memory is null ? BehindPromptOf(adapter, segment) : segment, memory, DecoderPass(adapter, capture), capture);
        return (Behind(segment, reading.States), reading.Remember().Detach());
    }

    /// <summary>Turns states into logits: <c>[…, width]</c> to <c>[…, vocabulary]</c>.</summary>
    public Tensor Project(Tensor states, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(states);
        return output.Logits(Scaled(states), adapter, isPacked: !training && !is_grad_enabled());
    }

    /// <summary>
    /// Sums the cross-entropy of labels, given the states that foretell them: <c>[…, width]</c> and <c>[…]</c> to a number, float32, as that of <see cref="Project"/>'s logits is. The
    /// vocabulary's logits are made for rows that have a label, and a few rows at a time.
    /// </summary>
    /// <param name="states">The states.</param>
    /// <param name="labels">The labels, of int64; <see cref="Target.Ignored"/> where there is none.</param>
    /// <param name="labelSmoothing">The share of probability that is spread evenly over all entries.</param>
    /// <param name="adapter">The task's deltas.</param>
    /// <returns>The sum, and the number of labels.</returns>
    public TaskLoss Loss(Tensor states, Tensor labels, double labelSmoothing = 0, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        var places = labels.reshape(-1).ne(ignored).nonzero().view(-1);                                   // [rows]
        var own = Scaled(states.reshape(-1, states.size(-1)).index_select(0, places));                    // [rows, width]
        var ownLabels = labels.reshape(-1).index_select(0, places);
        var sum = output.Loss(own.to_type(float32), ownLabels, labelSmoothing, adapter)
            ?? nn.functional.cross_entropy(output.Logits(own, adapter, isPacked: false).to_type(float32), ownLabels, reduction: nn.Reduction.Sum, label_smoothing: labelSmoothing);
        return new(sum.MoveToOuterDisposeScope(), places.size(0));
    }

    /// <summary>Begins to write to what was read.</summary>
    /// <param name="source">What was read, <c>sources</c> rows.</param>
    /// <param name="beams">How many rows write to each source.</param>
    /// <param name="capacity">The most tokens a row will hold, the start token included, or what was read where there is no encoder.</param>
    /// <param name="adapter">The task's deltas.</param>
    public DecodingState Begin(EncodedStates source, int beams, int capacity, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckLength(capacity, adapter);
        return Decoder.Distances is null ? new PagedState(this, Decoder, source, beams, adapter) : BeginSegments(source, beams, adapter);
    }

    /// <summary>Begins a batch that sources join and leave.</summary>
    /// <param name="pool">Where keys and values go; it stays the caller's.</param>
    internal DecodingBatch BeginBatch(KeyValuePool pool) => Decoder.Distances is null ? new PagedDecoding(this, Decoder, pool) : new SegmentBatch(BeginSegments, Device);

    /// <summary>Makes a memory for <see cref="BeginBatch"/>.</summary>
    /// <param name="budget">The most bytes it may hold; null, the default, for no bound.</param>
    /// <param name="gathers">See <see cref="KeyValuePool"/>.</param>
    internal KeyValuePool MakePool(long? budget = null, bool gathers = false) => new(Decoder.Shape, Dtype, Device, budget, gathers);

    /// <summary>Checks that a sequence has room.</summary>
    /// <param name="capacity">The most tokens a row will hold, the start token included, or what was read where there is no encoder.</param>
    /// <param name="adapter">The task's deltas.</param>
    /// <exception cref="ArgumentOutOfRangeException">The backbone has not so many positions.</exception>
    internal void CheckLength(int capacity, Adapter? adapter)
    {
        var ahead = adapter?.Ahead(Config) ?? 0;
        if (Config.MaxPositions > 0 && capacity > Config.MaxPositions - ahead)
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), $"The backbone writes at most {Config.MaxPositions - ahead} tokens, but {capacity} are asked for. Lower maxNewTokens or maxLength.");
        }
    }

    /// <summary>Sets training or evaluation mode. Entering training forgets the packed copies of weights that may change.</summary>
    public override void train(bool train = true)
    {
        base.train(train);
        if (train)
        {
            Unpack();
        }
    }

    /// <summary>Forgets the copies of weights that were packed for speed. Call it when weights have been changed from outside.</summary>
    public void Unpack()
    {
        output.Unpack();
        foreach (var module in modules())
        {
            (module as Projection)?.Unpack();
            (module as Attention)?.Unpack();
        }
    }

    /// <summary>Lets a decoder that stands alone read, after the adapter's prompt if there is one: <c>[batch, length, width]</c> to the same.</summary>
    internal Tensor ReadOn(Embedded input, Pass pass, StateCapture? capture = null, LayerCache[]? caches = null)
    {
        if (Decoder.Distances is not null)
        {
            return Behind(input, ReadSegments(input, pass, capture).States);
        }

        var whole = BehindPromptOf(pass.Adapter, input);
        if (pass.RowLength is { } longest)
        {
            Packing packing = new(whole.Mask, longest);
            return Behind(input, packing.Unpack(Decoder.Forward(packing.Pack(whole.States), packing.Places, packing.Mask, null, null, null, pass)));
        }

        var hidden = Masks.Hide(whole.Mask);
        var future = Masks.Future((int)whole.States.size(1), whole.States.device);
        return Behind(input, Decoder.Forward(whole.States, PlacesOf(whole.Mask, hidden), hidden is null ? future : Ops.Add(hidden, future), null, null, capture?.DecoderStates, pass, caches));
    }

    /// <summary>Lets a decoder that remembers segments read a whole text, after the adapter's prompt if there is one.</summary>
    internal SegmentReading ReadSegments(Embedded input, Pass pass, StateCapture? capture = null) => SegmentReading.OfWhole(Decoder, BehindPromptOf(pass.Adapter, input), pass, capture);

    /// <summary>Leaves the states of a prompt before an input away: <c>[batch, prompt + length, width]</c> to <c>[batch, length, width]</c>.</summary>
    internal static Tensor Behind(Embedded input, Tensor states)
    {
        var (length, all) = (input.States.size(1), states.size(1));
        return all == length ? states : states.narrow(1, all - length, length);
    }

    /// <summary>Looks up the embeddings of what is written: <c>[batch, length]</c> to <c>[batch, length, width]</c>, or <c>[rows]</c> to <c>[rows, width]</c>.</summary>
    internal Tensor EmbedTargets(Tensor ids, Adapter? adapter) => Embed(targetEmbeddings, ids, adapter);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unpack();
            embeddingScale.Dispose();
            outputScale.Dispose();
        }

        base.Dispose(disposing);
    }

    private Pass DecoderPass(Adapter? adapter, StateCapture? capture) =>
        new(Config.WithDropout(Dropout), adapter, training) { SelfAttentions = capture?.DecoderAttentions, CrossAttentions = capture?.CrossAttentions, Recomputes = RecomputesNow(capture), RowLength = capture is null && is_grad_enabled() ? RowLength : null };

    // What is captured is not computed twice.
    private bool RecomputesNow(StateCapture? capture) => Recomputes && is_grad_enabled() && capture is null;

    private Places PlacesOf(Tensor mask, Tensor? hidden) => hidden is null || !Config.SkipsPadding ? Places.From(0, (int)mask.size(1)) : Places.Of(mask);

    private MemoryDecoding BeginSegments(EncodedStates source, int beams, Adapter? adapter) => new(this, Decoder, source.Input, beams, new(Config, adapter, isTraining: false));

    // What is read is rounded once and seen at every step: so beside a decoder it is computed exactly.
    private TransformerConfig Reading => decoder is null ? Config : reading ??= Config with { Arithmetic = Config.Arithmetic & ~LinearArithmetic.Quantized };

    private Stack Decoder => decoder ?? throw new InvalidOperationException("This backbone has no decoder.");

    private Embedded BehindPromptOf(Adapter? adapter, Embedded input) => adapter?.Prompt is { } prompt ? prompt.Before(input, segments?.Weight!.narrow(0, 0, 1)) : input;

    private Tensor Scaled(Tensor states)
    {
        states = outputTransform is null ? states : outputTransform.Forward(states);
        return Config.OutputScale == 1 ? states : states * outputScale;
    }

    private Tensor Embed(TokenEmbeddings table, Tensor ids, Adapter? adapter)
    {
        var rows = ids.Dimensions == 1 ? table.Rows(ids, adapter) : table.Rows(ids.reshape(-1), adapter).view(ids.size(0), ids.size(1), Config.Width);
        return Config.EmbeddingScale == 1 ? rows : rows * embeddingScale;
    }
}
