using System.Collections.Concurrent;
using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.TextGeneration.Tests;

/// <summary>A checkpoint of the fixtures and a host around it: writes with the engine, predicts one by one.</summary>
internal sealed class CheckpointHost : IAnswering<Window, double, Generated>, IBackbone, IDisposable
{
    private readonly WritingEngine engine;

    public CheckpointHost(string fixture, TextGenerationOptions? options = null)
    {
        set_num_threads(1);
        Folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        (Description, Tokenizer) = (Folder.Describe(fixture), Folder.LoadTokenizer());
        Transformer = Folder.LoadTransformer(CPU, ScalarType.Float32);
        engine = new(Transformer, Tokenizer);
        Head = (TextGenerationHead)new TextGenerationPlugin(options ?? new()).CreateHead(this);
    }

    public CheckpointFolder Folder { get; }

    public Transformer Transformer { get; }

    public TextGenerationHead Head { get; }

    public BackboneDescription Description { get; }

    public ITokenizer Tokenizer { get; }

    public int MaxLength => Description.MaxLength;

    public GenerationOptions Options { get; set; } = new();

    public bool IsWatched { get; set; }

    public ConcurrentQueue<Generated> Reports { get; } = new();

    public ConcurrentQueue<WritingRequest> Requests { get; } = new();

    public Task<Generated> AskAsync(Prompt prompt) => Head.AnswerAsync(prompt, this, TestContext.Current.CancellationToken);

    public Embedded Embed(Batch batch) => Transformer.Embed(batch);

    public Tensor Decode(EncodedStates source, Tensor targets) => Transformer.Decode(source, targets);

    public Tensor Project(Tensor states) => Transformer.Project(states);

    public void Report(Generated soFar) => Reports.Enqueue(soFar);

    public void ReportProgress(double share)
    {
    }

    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation) => engine.EncodeAsync(features, Encode, cancellation);

    public Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation)
    {
        Requests.Enqueue(request);
        return engine.WriteAsync(EngineRequest.From(request, ResolvedOptions.From(request.Options.Or(Options), DecoderFacts.Of(Folder.Config) with { Tokenizer = Tokenizer }), Encode), cancellation);
    }

    public Task<double> PredictAsync(Window part, CancellationToken cancellation) => engine.Device.RunAsync(() => Predict([part])[0]);

    /// <summary>Predicts windows in one batch.</summary>
    public IReadOnlyList<double> Predict(IReadOnlyList<Window> parts)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var batch = Collate([.. parts.Select(Head.EncodeInput)]);
        return Head.Predict(new()
        {
            Parts = parts,
            Batch = batch,
            Encoded = Transformer.Encode(Head.Embed(batch)),
            Labels = empty([parts.Count, 0], int64),
            Values = empty([parts.Count, 0], float32),
        });
    }

    public void Dispose()
    {
        engine.Dispose();
        Head.Dispose();
        Transformer.Dispose();
    }

    private EncodedStates Encode(IReadOnlyList<Features> features) => Transformer.Encode(Transformer.Embed(Collate(features)));

    private static Batch Collate(IReadOnlyList<Features> rows)
    {
        var length = rows.Max(row => row.Length);
        return new()
        {
            Source = tensor(rows.SelectMany(row => row.Tokens.Concat(Enumerable.Repeat(0L, length - row.Length))).ToArray(), [rows.Count, length]),
            Mask = tensor(rows.SelectMany(row => Enumerable.Range(0, length).Select(i => i < row.Length)).ToArray(), [rows.Count, length]),
        };
    }
}
