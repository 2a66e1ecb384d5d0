using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tokenization;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>An engine over a fixture's checkpoint, and what it is asked.</summary>
internal sealed class EngineBench : IDisposable
{
    private readonly CheckpointFolder folder;
    private readonly Dictionary<Adapter, Func<IReadOnlyList<Features>, EncodedStates>> encoders = [];
    private readonly Dictionary<object, Func<IReadOnlyList<Features>, Embedded>> embedders = [];
    private int batches;

    public EngineBench(string fixture = "t5-v1_0", EngineLimits? limits = null, LinearArithmetic arithmetic = LinearArithmetic.Fastest)
    {
        set_num_threads(1);
        folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        Transformer = folder.LoadTransformer(CPU, ScalarType.Float32, arithmetic: arithmetic);
        Tokenizer = TokenizerLoader.Load(folder.Path, new());
        Engine = new(Transformer, Tokenizer, limits);
    }

    public Transformer Transformer { get; }

    public ITokenizer Tokenizer { get; }

    public WritingEngine Engine { get; }

    /// <summary>Gets how many batches were read.</summary>
    public int Batches => batches;

    /// <summary>Gets or sets what happens when a batch is read.</summary>
    public Action<IReadOnlyList<Features>> OnEncode { get; set; } = _ => { };

    public static Features Source(int seed, int length = 6) => Features.FromTokens(Enumerable.Range(0, length).Select(at => 3 + (((seed * 37) + (at * 11)) % 90)));

    public EngineRequest Request(int seed, GenerationOptions? options = null, int length = 6) => new()
    {
        Encode = Encode,
        Source = Source(seed, length),
        Options = ResolvedOptions.From((options ?? new()).Or(new() { MaxNewTokens = 12 }), DecoderFacts.Of(Transformer.Config) with { Tokenizer = Tokenizer }),
    };

    public Task<Written> WriteAsync(EngineRequest request, CancellationToken cancellation = default) => Engine.WriteAsync(request, cancellation);

    public EncodedStates Encode(IReadOnlyList<Features> parts) => Encode(parts, null);

    /// <summary>Gets how inputs are read with an adapter: always the same function.</summary>
    public Func<IReadOnlyList<Features>, EncodedStates> EncodeWith(Adapter? adapter)
    {
        if (adapter is null)
        {
            return Encode;
        }

        if (!encoders.TryGetValue(adapter, out var encode))
        {
            encoders.Add(adapter, encode = parts => Encode(parts, adapter));
        }

        return encode;
    }

    /// <summary>Gets how inputs are embedded with an adapter: always the same function.</summary>
    public Func<IReadOnlyList<Features>, Embedded> EmbedWith(Adapter? adapter)
    {
        if (!embedders.TryGetValue(adapter ?? (object)this, out var embed))
        {
            embedders.Add(adapter ?? (object)this, embed = parts => Embed(parts, adapter));
        }

        return embed;
    }

    private EncodedStates Encode(IReadOnlyList<Features> parts, Adapter? adapter)
    {
        Interlocked.Increment(ref batches);
        return Transformer.Encode(Embed(parts, adapter), adapter);
    }

    private Embedded Embed(IReadOnlyList<Features> parts, Adapter? adapter)
    {
        OnEncode(parts);
        var length = parts.Max(part => part.Length);
        var ids = tensor(parts.SelectMany(part => part.Tokens.Concat(Enumerable.Repeat((long)folder.Config.PadId, length - part.Length))).ToArray()).view(parts.Count, length);
        var mask = tensor(parts.SelectMany(part => Enumerable.Range(0, length).Select(at => at < part.Length)).ToArray()).view(parts.Count, length);
        return Transformer.Embed(new() { Source = ids, Mask = mask }, adapter);
    }

    public void Dispose()
    {
        Engine.Dispose();
        Transformer.Dispose();
    }
}
