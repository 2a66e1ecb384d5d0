using Ptgp.Backbone.Native;
using Ptgp.Toolkit.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Pretraining;

/// <summary>
/// Learns several objectives on one backbone: each block stands in a batch once for each of them. The loss is the mean of their means, by their weights. Objectives
/// that judge or order have a small head of their own; the others use the backbone's output.
/// </summary>
internal sealed class PretrainingHead : TaskHead<TextBlock, PretrainingPart, int, int>
{
    // They stay: one made in passing may be collected while libtorch reads it.
    private static readonly Scalar ignored = Target.Ignored;

    private readonly IReadOnlyList<(Objective Objective, double Weight)> objectives;
    private readonly PretrainingSettings settings;
    private readonly SpecialIds ids;
    private readonly int seed;
    private readonly TorchSharp.Modules.Linear? judge;
    private readonly TorchSharp.Modules.Linear? order;
    private readonly (double Sum, long Count)[] heldOut;

    /// <summary>Initializes a head.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="objectives">What is learned, and how much each counts.</param>
    /// <param name="settings">How.</param>
    /// <param name="seed">What hidden tokens are drawn from.</param>
    public PretrainingHead(IBackbone backbone, IReadOnlyList<(Objective Objective, double Weight)> objectives, PretrainingSettings settings, int seed) : base(backbone)
    {
        (this.objectives, this.settings, this.seed) = (objectives, settings, seed);
        ids = new(backbone.Tokenizer);
        heldOut = new (double, long)[objectives.Count];
        judge = Has(LossKind.Judged) ? nn.Linear(backbone.Width, 1) : null;
        order = Has(LossKind.Ordered) ? nn.Linear(backbone.Width, 2) : null;
        RegisterComponents();

        bool Has(LossKind kind) => objectives.Any(one => one.Objective.Loss == kind);
    }

    /// <inheritdoc />
    public override bool KeepsPartsTogether => objectives.Count > 1;

    /// <summary>Gives the mean losses of what was evaluated since the last time, all together first, where there are several; none for one objective, whose loss says it all.</summary>
    public IReadOnlyList<Metric> TakeHeldOut()
    {
        var means = heldOut.Select(loss => loss.Sum / Math.Max(1, loss.Count)).ToArray();
        Array.Clear(heldOut);
        return objectives.Count == 1 ? [] :
        [
            new("joint", objectives.Zip(means, (one, mean) => one.Weight * mean).Sum() / objectives.Sum(one => one.Weight), LowerIsBetter: true),
            .. objectives.Zip(means, (one, mean) => new Metric(one.Objective.Name, mean, LowerIsBetter: true)),
        ];
    }

    /// <inheritdoc />
    public override IReadOnlyList<PretrainingPart> Split(TextBlock input) => [.. objectives.Select((_, i) => new PretrainingPart(input, i))];

    /// <inheritdoc />
    public override int Join(TextBlock input, IReadOnlyList<PretrainingPart> parts, IReadOnlyList<int> answers) => 0;

    /// <inheritdoc />
    public override Features EncodeInput(PretrainingPart part) => Features.FromTokens(Make(part).Input);

    /// <inheritdoc />
    public override Target? EncodeTarget(PretrainingPart part, int output) => Target.FromLabels(Make(part).Labels.Select(id => (long)id));

    /// <inheritdoc />
    public override TaskLoss Loss(EncodedBatch<PretrainingPart> batch)
    {
        if (objectives.Count == 1)
        {
            return Loss(0, batch.Encoded, batch.Labels, batch.LabelSmoothing);
        }

        var losses = objectives.Select((_, i) => LossOfRows(i, batch)).ToArray();
        var (total, weights) = (losses.Sum(loss => loss.Count), objectives.Zip(losses).Where(pair => pair.Second.Count > 0).Sum(pair => pair.First.Weight));
        Tensor? sum = null;
        foreach (var ((_, weight), loss) in objectives.Zip(losses).Where(pair => pair.Second.Count > 0))
        {
            // The host divides by the count of all, whatever the share of each in it.
            var share = loss.Sum.mul(tensor(weight * total / (weights * loss.Count), loss.Sum.dtype, loss.Sum.device));
            sum = sum is null ? share : Ops.Add(sum, share);
        }

        return new(sum!, total);
    }

    private Learned Make(PretrainingPart part) => objectives[part.Objective].Objective.Make(part.Block.Draw(seed, part.Objective), part.Block, ids, settings);

    private TaskLoss LossOfRows(int objective, EncodedBatch<PretrainingPart> batch)
    {
        long[] rows = [.. Enumerable.Range(0, batch.Parts.Count).Where(row => batch.Parts[row].Objective == objective)];
        if (rows.Length == 0)
        {
            return new(zeros([], float32, batch.Mask.device), 0);
        }

        var picked = tensor(rows, device: batch.Mask.device);
        var mask = batch.Mask.index_select(0, picked);                                                              // [rows, length]
        var labels = batch.Labels.index_select(0, picked);                                                          // [rows, labels]
        var (length, width) = (Longest(mask), Longest(labels.ne(ignored)));
        var isAligned = objectives[objective].Objective.Loss is LossKind.Told or LossKind.Judged;
        mask = mask.narrow(1, 0, length);
        EncodedStates encoded = new(new(Rows(batch.Encoded.Input.States), mask), mask, batch.Encoded.IsCausal, () => Rows(batch.Encoded.States));
        return Loss(objective, encoded, labels.narrow(1, 0, isAligned ? length : width), batch.LabelSmoothing);

        Tensor Rows(Tensor states) => states.index_select(0, picked).narrow(1, 0, length);                          // [rows, length, width]
    }

    private TaskLoss Loss(int objective, EncodedStates encoded, Tensor labels, double smoothing)
    {
        var loss = objectives[objective].Objective.Loss switch
        {
            LossKind.Written => Backbone.Loss(Backbone.Decode(encoded, labels), labels, smoothing),
            LossKind.Told => Backbone.Loss(encoded.States.to_type(ScalarType.Float32), labels, smoothing),
            LossKind.Judged => Judge(encoded.States.to_type(ScalarType.Float32), labels),
            _ => SequenceLoss.Of(order!.forward(Whole(encoded).unsqueeze(1)), labels),
        };
        if (!training)
        {
            heldOut[objective] = (heldOut[objective].Sum + loss.Sum.to_type(ScalarType.Float64).item<double>(), heldOut[objective].Count + loss.Count);
        }

        return loss;
    }

    private TaskLoss Judge(Tensor states, Tensor labels)
    {
        var (picked, expected) = Pick(states, labels);
        var sum = nn.functional.binary_cross_entropy_with_logits(judge!.forward(picked).squeeze(1), expected.to_type(ScalarType.Float32), reduction: nn.Reduction.Sum);
        return new(sum, expected.size(0));
    }

    /// <summary>Takes the states that something is expected of: <c>[all, width]</c>, and what is, <c>[all]</c>.</summary>
    private static (Tensor States, Tensor Labels) Pick(Tensor states, Tensor labels)
    {
        var flat = labels.reshape(-1);
        var at = flat.ne(ignored).nonzero().squeeze(1);
        return (states.reshape(-1, states.size(-1)).index_select(0, at), flat.index_select(0, at));
    }

    /// <summary>One state for each row, <c>[rows, width]</c>: the last where each has seen what stands before it, else the mean.</summary>
    private static Tensor Whole(EncodedStates encoded)
    {
        var (states, mask) = (encoded.States.to_type(ScalarType.Float32), encoded.Mask);
        if (encoded.IsCausal)
        {
            // The last that is data: the one behind which nothing is.
            var last = mask.to_type(ScalarType.Int64).cumsum(1).argmax(1).view(-1, 1, 1).expand(-1, 1, states.size(2));
            return states.gather(1, last).squeeze(1);
        }

        var weights = mask.to_type(ScalarType.Float32);
        return states.mul(weights.unsqueeze(2)).sum(1).div(weights.sum(1, keepdim: true));
    }

    private static long Longest(Tensor isThere) => isThere.any(0).nonzero().max().item<long>() + 1;
}
