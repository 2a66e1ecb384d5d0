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

    private readonly Scalar startId, padId;
    private readonly Stem? stem;
    private readonly Stack? encoder;
    private readonly Stack? decoder;
    private readonly Parameter embeddings, targetEmbeddings, output;
    private readonly Parameter? segments, outputBias;
    private readonly OutputTransform? outputTransform;
    private readonly Tensor embeddingScale, outputScale;
    private PackedLinear? packedOutput;

    /// <summary>Initializes a Transformer with the parameters of a source.</summary>
    public Transformer(TransformerConfig config, ParameterSource source) : base(nameof(Transformer))
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(source);
        Config = config;
        (startId, padId) = (config.StartId, config.PadId);
        var drawn = new Initialization(0, config.EmbeddingScale == 1 ? 1 : Math.Pow(config.Width, -0.5));
        embeddings = Add("embeddings.weight", [config.Vocabulary, config.Width], drawn);
        targetEmbeddings = config.TargetVocabulary is { } count ? Add("target_embeddings.weight", [count, config.Width], drawn) : embeddings;
        segments = config.Segments > 0 ? Add("segments.weight", [config.Segments, config.Width], new(0, 0.02)) : null;
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

        output = config.TiesOutput ? targetEmbeddings : Add("output.weight", [config.OutputVocabulary, config.Width], new(0, Math.Pow(config.Width, -0.5)));
        if (config.HasOutputTransform && source.Has("output_transform.dense.weight"))
        {
            register_module("output_transform", outputTransform = new("output_transform", source, config));
        }

        outputBias = config.HasOutputBias && source.Has("output.bias") ? Add("output.bias", [1, config.OutputVocabulary], Initialization.Zeros) : null;
        using var scope = NewDisposeScope();
        embeddingScale = tensor(config.EmbeddingScale, embeddings.dtype, source.Device).DetachFromDisposeScope();
        outputScale = tensor(config.OutputScale, embeddings.dtype, source.Device).DetachFromDisposeScope();

        Parameter Add(string name, long[] shape, Initialization initialization)
        {
            var parameter = new Parameter(source.Get(name, shape, initialization), source.IsTrainable);
            register_parameter(name.Replace('.', '_'), parameter);
            return parameter;
        }
    }

    /// <summary>Gets the shape.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Gets or sets the share of activations that are dropped in training mode; null, the default, for what <see cref="Config"/> says.</summary>
    public double? Dropout { get; set; }

    /// <summary>Gets the device of the weights.</summary>
    public Device Device => embeddings.device;

    /// <summary>Gets the type of the weights, and so of the states.</summary>
    public ScalarType Dtype => embeddings.dtype;

    /// <summary>Gets every parameter by its canonical name; tied ones once.</summary>
    public IReadOnlyDictionary<string, Parameter> NamedParameters =>
        named_parameters().ToDictionary(p => CanonicalName(p.name), p => p.parameter, StringComparer.Ordinal);

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

        var states = Embed(AdaptedTables.Embeddings, embeddings, batch.Source, adapter);
        if (segments is not null)
        {
            states = Ops.Add(states, batch.Segments is { } kinds ? segments.index_select(0, kinds.reshape(-1)).view_as(states) : segments.narrow(0, 0, 1));
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

        var pass = new Pass(Dropping, adapter, training) { SelfAttentions = capture?.EncoderAttentions };
        var whole = BehindPromptOf(adapter, input);
        var hidden = Hide(whole.Mask);
        var states = encoder.Forward(whole.States, PlacesOf(whole.Mask, hidden), hidden, null, null, capture?.EncoderStates, pass);
        EncodedStates all = new(whole, whole.Mask, isCausal: false, () => states);
        return adapter?.Prompt is null ? all : BehindPrompt.Of(input, all);
    }

    /// <summary>Computes the state that predicts each target <c>[batch, targets]</c> from those before it, and from what was read: <c>[batch, targets, width]</c>.</summary>
    public Tensor Decode(EncodedStates source, Tensor targets, Adapter? adapter = null, StateCapture? capture = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(targets);
        var before = targets.narrow(1, 0, targets.size(1) - 1);
        var isWritten = before.ge(Zero);
        before = before.where(isWritten, full_like(before, padId));
        if (encoder is not null)
        {
            var start = Config.StartsWithLast ? targets.gather(1, LastOf(targets.ge(Zero))) : full([targets.size(0), 1], startId, int64, targets.device);
            return DecodeInputs(source, cat([start, before], 1), adapter, capture);
        }

        // The first target follows the last of what was read, wherever that stands in its row; the others follow those before them. Padding,
        // of either, takes no position: a row with much to read and one with much to write may be longer together than each.
        var written = new Embedded(EmbedTargets(before, adapter), isWritten);
        var whole = new Embedded(cat([source.Input.States, written.States], 1), cat([source.Mask, written.Mask], 1));
        var states = ReadOn(whole, DecoderPass(adapter, capture), capture);
        var follows = Ops.Range(source.Mask.size(1), whole.Mask.size(1), targets.device).expand(targets.size(0), -1);
        return states.gather(1, cat([LastOf(source.Mask), follows], 1).unsqueeze(-1).expand(-1, -1, Config.Width));
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
            EmbedTargets(inputs, adapter), places, Future(length, inputs.device), source.States, Hide(source.Mask), capture?.DecoderStates, DecoderPass(adapter, capture));
    }

    /// <summary>Turns states into logits: <c>[…, width]</c> to <c>[…, vocabulary]</c>.</summary>
    public Tensor Project(Tensor states, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(states);
        states = outputTransform is null ? states : outputTransform.Forward(states);
        var scaled = Config.OutputScale == 1 ? states : states * outputScale;
        return AdaptedTables.Logits(scaled, output, outputBias?.view(-1), Shared, adapter) ?? Shared(scaled);

        Tensor Shared(Tensor x)
        {
            if (training || is_grad_enabled())
            {
                var logits = nn.functional.linear(x, output);
                return outputBias is null ? logits : Ops.Add(logits, outputBias);
            }

            return (packedOutput ??= PackedLinear.Create(output, outputBias?.view(-1))).Forward(x);
        }
    }

    /// <summary>Begins to write to what was read.</summary>
    /// <param name="source">What was read, <c>sources</c> rows.</param>
    /// <param name="beams">How many rows write to each source.</param>
    /// <param name="capacity">The most tokens a row will hold, the start token included, or what was read where there is no encoder.</param>
    /// <param name="adapter">The task's deltas.</param>
    public DecodingState Begin(EncodedStates source, int beams, int capacity, Adapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var ahead = adapter?.Ahead(Config) ?? 0;
        if (Config.MaxPositions > 0 && capacity > Config.MaxPositions - ahead)
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), $"The backbone writes at most {Config.MaxPositions - ahead} tokens, but {capacity} are asked for. Lower maxNewTokens or maxLength.");
        }

        return new CachedDecoding(this, Decoder, source, beams, new Pass(Config, adapter, isTraining: false));
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
        packedOutput?.Dispose();
        packedOutput = null;
        foreach (var module in modules())
        {
            (module as Projection)?.Unpack();
            (module as Attention)?.Unpack();
        }
    }

    /// <summary>Lets a decoder that stands alone read, after the adapter's prompt if there is one: <c>[batch, length, width]</c> to the same.</summary>
    internal Tensor ReadOn(Embedded input, Pass pass, StateCapture? capture = null, LayerCache[]? caches = null)
    {
        var whole = BehindPromptOf(pass.Adapter, input);
        var hidden = Hide(whole.Mask);
        var (length, all) = (input.States.size(1), whole.States.size(1));
        var future = Future((int)all, whole.States.device);
        var states = Decoder.Forward(whole.States, PlacesOf(whole.Mask, hidden), hidden is null ? future : Ops.Add(hidden, future), null, null, capture?.DecoderStates, pass, caches);
        return all == length ? states : states.narrow(1, all - length, length);
    }

    /// <summary>Finds the last place of each row that holds data, <c>[batch, 1]</c>.</summary>
    internal static Tensor LastOf(Tensor mask) => (mask.to_type(ScalarType.Int64) * Ops.Range(1, mask.size(1) + 1, mask.device)).argmax(1, true);

    internal Tensor EmbedTargets(Tensor ids, Adapter? adapter) =>
        Embed(Config.TargetVocabulary is null ? AdaptedTables.Embeddings : AdaptedTables.TargetEmbeddings, targetEmbeddings, ids, adapter);

    // [batch, length] true where there is data -> what hides the rest, [batch, 1, 1, length]; null when there is nothing to hide.
    internal static Tensor? Hide(Tensor mask)
    {
        if (mask.all().item<bool>())
        {
            return null;
        }

        return zeros(mask.shape, float32, mask.device).masked_fill(~mask, Masked).unsqueeze(1).unsqueeze(1);
    }

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

    // Shares of attention and activations that follow the checkpoint's general one follow it here too.
    private TransformerConfig Dropping => Dropout is not { } share
        ? Config
        : Config with
        {
            Dropout = share,
            AttentionDropout = Config.AttentionDropout == Config.Dropout ? share : Config.AttentionDropout,
            ActivationDropout = Config.ActivationDropout == Config.Dropout ? share : Config.ActivationDropout,
        };

    private Pass DecoderPass(Adapter? adapter, StateCapture? capture) =>
        new(Dropping, adapter, training) { SelfAttentions = capture?.DecoderAttentions, CrossAttentions = capture?.CrossAttentions };

    private Places PlacesOf(Tensor mask, Tensor? hidden) => hidden is null || !Config.SkipsPadding ? Places.From(0, (int)mask.size(1)) : Places.Of(mask);

    // What hides from each place those after it, [length, length].
    internal static Tensor Future(int length, Device device) => full([length, length], Masked, float32, device).triu(1);

    private Stack Decoder => decoder ?? throw new InvalidOperationException("This backbone has no decoder.");

    private Embedded BehindPromptOf(Adapter? adapter, Embedded input) => adapter?.Prompt is { } prompt ? prompt.Before(input, segments?.narrow(0, 0, 1)) : input;

    private Tensor Embed(string name, Parameter table, Tensor ids, Adapter? adapter)
    {
        var rows = AdaptedTables.Rows(name, table, ids.reshape(-1), adapter).view(ids.size(0), ids.size(1), Config.Width);
        return Config.EmbeddingScale == 1 ? rows : rows * embeddingScale;
    }

    // Parameters without a module of their own are registered with underscores, since a name may hold no dot.
    private static string CanonicalName(string name) => name switch
    {
        "embeddings_weight" => "embeddings.weight",
        "target_embeddings_weight" => "target_embeddings.weight",
        "segments_weight" => "segments.weight",
        "output_weight" => "output.weight",
        "output_bias" => "output.bias",
        "stem.first_weight" => "stem.first.weight",
        "stem.first_bias" => "stem.first.bias",
        "stem.second_weight" => "stem.second.weight",
        "stem.second_bias" => "stem.second.bias",
        _ => name,
    };
}
