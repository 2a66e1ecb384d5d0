using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Tag(int Start, int Length, string Label);

/// <summary>Labels words; of each, the first token is asked. The part holds the tokens, so that a text is split but once.</summary>
internal sealed class TagHead : TaskHead<string, EncodedText, IReadOnlyList<Tag>, IReadOnlyList<Tag>>
{
    private readonly IReadOnlyList<string> labels;
    private readonly Linear classes;

    public TagHead(IBackbone backbone, IReadOnlyList<string> labels) : base(backbone)
    {
        this.labels = labels;
        classes = nn.Linear(backbone.Width, labels.Count);
        RegisterComponents();
    }

    #region quote
    public override IReadOnlyList<EncodedText> Split(string input) => [Backbone.Tokenizer.Encode(input, new() { MaxLength = Backbone.MaxLength })];

    public override IReadOnlyList<Tag> Join(string input, IReadOnlyList<EncodedText> parts, IReadOnlyList<IReadOnlyList<Tag>> answers) => answers[0];

    public override Features EncodeInput(EncodedText part) => Features.FromText(part);

    public override Target EncodeTarget(EncodedText part, IReadOnlyList<Tag> output) => Target.FromLabels(part.Tokens.Select((token, i) =>
        IsFirst(part, i) && output.FirstOrDefault(tag => tag.Start <= token.Start && token.Start < tag.Start + tag.Length) is { } tag
            ? labels.Index().First(label => label.Item == tag.Label).Index : Target.Ignored));

    public override TaskLoss Loss(EncodedBatch<EncodedText> batch) => Common.ClassLoss(classes.call(batch.States), batch);

    public override IReadOnlyList<IReadOnlyList<Tag>> Predict(EncodedBatch<EncodedText> batch)
    {
        var best = classes.call(batch.States).argmax(2).cpu(); // [batch, length]
        return [.. batch.Parts.Select((part, row) => Tags(part, best[row].data<long>().ToArray()))];
    }
    #endregion

    private Tag[] Tags(EncodedText part, long[] best) =>
        [.. part.Tokens.Index().Where(token => IsFirst(part, token.Index))
            .Select(token => new Tag(token.Item.Start, token.Item.Length, labels[(int)best[token.Index]]))];

    private static bool IsFirst(EncodedText part, int i) => part.Tokens[i].Word >= 0 && (i == 0 || part.Tokens[i - 1].Word != part.Tokens[i].Word);
}
