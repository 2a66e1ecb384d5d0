using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Sentence(string Text, string? Paraphrase = null); // the paraphrase is for training
internal sealed record Meaning(float[] Vector);

/// <summary>Vectors near each other for what means the same; all other paraphrases of the batch count as different (InfoNCE).</summary>
internal sealed class MeaningHead(IBackbone backbone) : TaskHead<Sentence, string, Meaning, Meaning>(backbone)
{
    private const float Temperature = 0.05f;

    #region quote
    public override bool KeepsPartsTogether => true;

    public override IReadOnlyList<string> Split(Sentence input) => input.Paraphrase is null ? [input.Text] : [input.Text, input.Paraphrase];

    public override Meaning Join(Sentence input, IReadOnlyList<string> parts, IReadOnlyList<Meaning> answers) => answers[0];

    public override Features EncodeInput(string part) => Backbone.Read(part);

    public override Target EncodeTarget(string part, Meaning output) => Target.FromLabels(); // neighbours in the batch are the target

    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        var pairs = Vectors(batch).reshape(-1, 2, Backbone.Width); // sentence, paraphrase
        var likeness = pairs.select(1, 0).mm(pairs.select(1, 1).t()).div(Temperature); // [pairs, pairs]
        var own = arange(pairs.shape[0], device: likeness.device);
        return new(nn.functional.cross_entropy(likeness, own, reduction: nn.Reduction.Sum), pairs.shape[0]);
    }
    #endregion

    public override IReadOnlyList<Meaning> Predict(EncodedBatch<string> batch)
    {
        var vectors = Vectors(batch).cpu(); // [batch, width]
        return [.. batch.Parts.Select((_, row) => new Meaning(vectors[row].data<float>().ToArray()))];
    }

    private static Tensor Vectors(EncodedBatch<string> batch) => nn.functional.normalize(Common.Pool(batch).to_type(ScalarType.Float32), dim: 1);
}
