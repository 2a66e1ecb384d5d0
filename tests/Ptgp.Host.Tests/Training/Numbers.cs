using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Ptgp.Host.Tests.Training;

/// <summary>A task of number sequences, in and out, on the tiny T5 of the training fixture.</summary>
internal sealed class NumbersPlugin : TaskPlugin<string, string>
{
    public override string Name => "numbers";

    public override IReadOnlyList<DatasetAdapter<string, string>> Datasets => [];

    public override ITaskHead<string, string> CreateHead(IBackbone backbone) => new NumbersHead(backbone);

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<string, string>> answers) =>
        [new("exact", answers.Count(answer => answer.Predicted == answer.Expected) / (double)answers.Count)];
}

/// <summary>Teacher forcing with cross-entropy, as a writing head has it.</summary>
internal class NumbersHead(IBackbone backbone) : TaskHead<string, string>(backbone)
{
    private static readonly Scalar ignored = Target.Ignored;

    public override Features EncodeInput(string part) => Features.FromTokens(part.Split(' ').Select(int.Parse));

    public override Target EncodeTarget(string part, string output) => Target.FromLabels(output.Split(' ').Select(long.Parse));

    public override TaskLoss Loss(EncodedBatch<string> batch)
    {
        var logits = Score(Backbone.Decode(batch.Encoded, batch.Labels));
        var sum = nn.functional.cross_entropy(
            logits.flatten(0, 1), batch.Labels.flatten(), ignore_index: Target.Ignored, reduction: nn.Reduction.Sum, label_smoothing: batch.LabelSmoothing);
        return new(sum, batch.Labels.ne(ignored).sum().item<long>());
    }

    /// <summary>States to logits.</summary>
    protected virtual Tensor Score(Tensor states) => Backbone.Project(states);
}

/// <summary>The same with a parameter of its own.</summary>
internal sealed class ScaledNumbersHead : NumbersHead
{
    public ScaledNumbersHead(IBackbone backbone) : base(backbone)
    {
        Scale = new(ones(1));
        RegisterComponents();
    }

    public Parameter Scale { get; }

    protected override Tensor Score(Tensor states) => base.Score(states * Scale);
}

/// <summary>A tokenizer of which training needs the pad and end ids alone.</summary>
internal sealed class NumbersTokenizer : ITokenizer
{
    public int Count => 80;

    public int EndId => 1;

    public int PadId => 0;

    public int? UnknownId => null;

    public IReadOnlyDictionary<string, int> Languages { get; } = new Dictionary<string, int>();

    public IReadOnlyList<Token> Tokenize(string text) => [.. text.Split(' ').Select(number => new Token(int.Parse(number), 0, 0))];

    public EncodedText Encode(string text, EncodingOptions? options = null) => new(Tokenize(text));

    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => string.Join(' ', ids);

    public string GetEntry(int id) => id.ToString();

    public bool TryFind(string entry, out int id) => int.TryParse(entry, out id);

    public bool IsSpecial(int id) => id < 2;
}

/// <summary>The tiny T5 of the training fixture, or another's checkpoint, shared, as a task sees it.</summary>
internal sealed class NumbersBackbone : IDisposable
{
    public NumbersBackbone(params string[] fixture)
    {
        set_num_threads(1);
        Checkpoint = CheckpointFolder.Open(Repository.Fixture(fixture.Length == 0 ? ["training", "t5-curve", "model"] : fixture));
        Transformer = Checkpoint.LoadTransformer(CPU, float32);
        View = new(Checkpoint.Describe("numbers"), new NumbersTokenizer(), Transformer);
    }

    public CheckpointFolder Checkpoint { get; }

    public Transformer Transformer { get; }

    public BackboneView View { get; }

    public Collator Collator { get; } = new() { Device = CPU, PadId = 0, EndId = 1 };

    /// <summary>A copy of all shared weights, to see later whether they are the same.</summary>
    public Dictionary<string, Tensor> Snapshot() => Transformer.NamedParameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.detach().clone());

    public void Dispose() => Transformer.Dispose();
}
