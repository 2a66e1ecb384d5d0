using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Testing.Tests;

internal sealed class Unregistered : RightHead
{
    private readonly Linear more;

    public Unregistered(IBackbone backbone) : base(backbone) => more = nn.Linear(backbone.Width, 4);

    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        var (sum, count) = base.Loss(batch);
        return new(sum + more.call(batch.States).sum() * 0, count);
    }
}

internal sealed class Untaught : RightHead
{
    private readonly Linear unused;

    public Untaught(IBackbone backbone) : base(backbone)
    {
        unused = nn.Linear(2, 2);
        register_module(nameof(unused), unused);
    }
}

internal sealed class Detached(IBackbone backbone) : RightHead(backbone)
{
    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        var (sum, count) = base.Loss(batch);
        return new(sum.detach(), count);
    }
}

internal sealed class Uncounted(IBackbone backbone) : RightHead(backbone)
{
    public override TaskLoss Loss(EncodedBatch<string> batch) => base.Loss(batch) with { Count = 0 };
}

internal sealed class Averaging(IBackbone backbone) : RightHead(backbone)
{
    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        var (sum, count) = base.Loss(batch);
        return new(sum / count, count);
    }
}

internal sealed class Forgetful(IBackbone backbone) : RightHead(backbone)
{
    private int calls;

    public override Features EncodeInput(string part) => Features.FromTokens([5, 6 + (calls++ % 2)]);
}

internal sealed class Beyond(IBackbone backbone) : RightHead(backbone)
{
    public override Features EncodeInput(string part) => Features.FromTokens([5, Backbone.Tokenizer.Count]);
}

internal sealed class Endless(IBackbone backbone) : RightHead(backbone)
{
    public override Features EncodeInput(string part) => Features.FromTokens(Enumerable.Repeat(5, 300));
}

internal sealed class Silent(IBackbone backbone) : RightHead(backbone)
{
    public override Features EncodeInput(string part) => Features.FromTokens([]);
}

internal sealed class Hoarding(IBackbone backbone) : RightHead(backbone)
{
    private readonly List<Tensor> kept = [];

    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        kept.Add(ones(2).DetachFromDisposeScope());
        return base.Loss(batch);
    }
}

internal sealed class Opening(IBackbone backbone) : RightHead(backbone)
{
    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        NewDisposeScope();
        return base.Loss(batch);
    }
}

internal sealed class Ungrading(IBackbone backbone) : RightHead(backbone)
{
    public override IReadOnlyList<int> Predict(EncodedBatch<string> batch)
    {
        set_grad_enabled(true);
        return base.Predict(batch);
    }
}

internal sealed class Untargeted(IBackbone backbone) : RightHead(backbone)
{
    public override Target? EncodeTarget(string part, int output) => null;
}

internal sealed class Short(IBackbone backbone) : RightHead(backbone)
{
    public override IReadOnlyList<int> Predict(EncodedBatch<string> batch) => [1];
}

internal sealed class Throwing(IBackbone backbone) : RightHead(backbone)
{
    public override TaskLoss Loss(EncodedBatch<string> batch) => throw new InvalidOperationException("No loss today.");
}

/// <summary>Counts padding: how long the batch is, not the row.</summary>
internal sealed class Unmasked(IBackbone backbone) : RightHead(backbone)
{
    public override IReadOnlyList<int> Predict(EncodedBatch<string> batch) => [.. batch.Parts.Select(_ => (int)batch.States.size(1))];
}

internal sealed class Answerless(IBackbone backbone) : TaskHead<string, int>(backbone)
{
    public override Features EncodeInput(string part) => Features.FromText(Backbone.Tokenizer.Encode(part));

    public override Target? EncodeTarget(string part, int output) => Target.FromLabels(output);

    public override TaskLoss Loss(EncodedBatch<string> batch) => new(batch.States.sum(), batch.Parts.Count);
}
