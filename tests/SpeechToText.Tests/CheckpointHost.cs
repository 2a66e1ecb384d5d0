using System.Collections.Concurrent;
using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.SpeechToText.Tests;

/// <summary>A checkpoint of the fixtures and a host around it, which writes with the engine.</summary>
internal sealed class CheckpointHost : IAnswering<Utterance, Transcript, Transcript>, IBackbone, IDisposable
{
    private readonly Transformer transformer;
    private readonly WritingEngine engine;
    private readonly DecoderFacts facts;

    public CheckpointHost(params string[] fixture)
    {
        set_num_threads(1);
        var folder = CheckpointFolder.Open(Repository.Fixture(fixture));
        (Description, Tokenizer, Options, facts) = (folder.Describe(fixture[^1]), folder.LoadTokenizer(), folder.Generation, DecoderFacts.Of(folder.Config));
        transformer = folder.LoadTransformer(CPU, ScalarType.Float32);
        engine = new(transformer, Tokenizer);
        Marks = SpeechMarks.Of(this);
    }

    public SpeechMarks Marks { get; }

    public BackboneDescription Description { get; }

    public ITokenizer Tokenizer { get; }

    public int MaxLength => Description.MaxLength;

    public GenerationOptions Options { get; set; }

    public ConcurrentQueue<Transcript> Reports { get; } = new();

    /// <summary>Gets how many windows were read.</summary>
    public int Encoded { get; private set; }

    public Embedded Embed(Batch batch) => transformer.Embed(batch);

    public Tensor Decode(EncodedStates source, Tensor targets) => transformer.Decode(source, targets);

    public Tensor Decode(EncodedStates source, Tensor targets, Tensor starts) => transformer.Decode(source, targets, starts: starts);

    public Tensor Project(Tensor states) => transformer.Project(states);

    public void Report(Transcript soFar) => Reports.Enqueue(soFar);

    public void ReportProgress(double share)
    {
    }

    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation)
    {
        Encoded++;
        return engine.EncodeAsync(features, Encode, cancellation);
    }

    public Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation) =>
        engine.WriteAsync(EngineRequest.From(request, ResolvedOptions.From(request.Options.Or(Options), facts), Encode), cancellation);

    public Task<Transcript> PredictAsync(Utterance part, CancellationToken cancellation) => throw new NotSupportedException();

    public void Dispose()
    {
        engine.Dispose();
        transformer.Dispose();
    }

    private EncodedStates Encode(IReadOnlyList<Features> features)
    {
        long[] shape = [features.Count, features[0].Length, features[0].FrameWidth];
        return transformer.Encode(transformer.Embed(new() { Source = tensor(features.SelectMany(each => each.Frames.ToArray()).ToArray(), shape), Mask = ones(shape[..2], ScalarType.Bool) }));
    }
}
