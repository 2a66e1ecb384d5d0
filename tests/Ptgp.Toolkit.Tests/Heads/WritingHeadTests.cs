using Ptgp.Tests.Fakes;
using Ptgp.Toolkit.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Toolkit.Tests.Heads;

public class WritingHeadTests
{
    private readonly FakeBackbone backbone = new();

    public WritingHeadTests() => set_num_threads(1);

    [Fact]
    public void ATargetKeepsItsEndWhenItIsCut()
    {
        var head = new Echo(backbone);
        Assert.Equal(backbone.Tokenizer.EndId, head.EncodeTarget("x", "a b c d e f g h")!.Labels[^1]);
        Assert.Equal(6, head.EncodeTarget("x", "a b c d e f g h")!.Labels.Count);
        Assert.All(backbone.Tokenizer.Encoded, call => Assert.True(call.Options.IsTarget));
    }

    [Fact]
    public void NothingIsLearnedFromNoText() => Assert.Null(new Echo(backbone).EncodeTarget("x", ""));

    [Fact]
    public void MoreRowsAndPaddingDoNotChangeTheLossOfARow()
    {
        using var scope = NewDisposeScope();
        var head = new Echo(backbone);
        var alone = head.Loss(Batch([[5, 6, 1]], [[7, 8, 1]]));
        var other = head.Loss(Batch([[9, 1, 1]], [[3, 1]]));
        var both = head.Loss(Batch([[5, 6, 1], [9, 1, 1]], [[7, 8, 1], [3, 1, Target.Ignored]]));
        Assert.Equal(alone.Count + other.Count, both.Count);
        Assert.Equal(alone.Sum.item<float>() + other.Sum.item<float>(), both.Sum.item<float>(), 1e-4);
        Assert.True(both.Sum.requires_grad);
    }

    [Fact]
    public async Task AnAnswerIsMadeOfWhatIsWritten()
    {
        var host = new FakeAnswering<string, string>(Write);
        Assert.Equal("one two three", await new Echo(backbone).AnswerAsync("x", host, TestContext.Current.CancellationToken));
        Assert.Null(Assert.Single(host.Requests).OnPiece);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public async Task ACallerWhoWatchesSeesTheAnswerGrow()
    {
        var host = new FakeAnswering<string, string>(Write) { IsWatched = true };
        await new Echo(backbone).AnswerAsync("x", host, TestContext.Current.CancellationToken);
        Assert.Equal(["one…", "one two…", "one two three…"], host.Reports);
    }

    private static Written Write(WritingRequest request) =>
        new() { Hypotheses = [new() { Ids = [], Text = "one two three", Score = -1, Finish = FinishReason.End }] };

    private EncodedBatch<string> Batch(long[][] sources, long[][] labels)
    {
        var source = stack(sources.Select(row => tensor(row)));
        var batch = new Batch { Source = source, Mask = ones_like(source).to_type(ScalarType.Bool) };
        var embedded = backbone.Embed(batch);
        return new()
        {
            Parts = [.. sources.Select(_ => "x")],
            Batch = batch,
            Encoded = new(embedded, batch.Mask, isCausal: false, () => embedded.States),
            Labels = stack(labels.Select(row => tensor(row))),
            Values = empty(0),
        };
    }

    private sealed class Echo(IBackbone backbone) : WritingHead<string, string>(backbone)
    {
        public override Features EncodeInput(string part) => Features.FromText(Backbone.Tokenizer.Encode(part));

        protected override string TextOf(string output) => output;

        protected override string Compose(string input, string text, Written? written) => written is null ? text + "…" : text;
    }
}
