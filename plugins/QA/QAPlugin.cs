using Ptgp.Toolkit.Metrics;

namespace Ptgp.QA;

/// <summary>Answers questions about texts.</summary>
public sealed class QAPlugin(QAOptions options) : TaskPlugin<Question, Reply>
{
    /// <summary>Initializes the plugin with the default options.</summary>
    public QAPlugin() : this(new())
    {
    }

    /// <inheritdoc />
    public override string Name => "qa";

    /// <inheritdoc />
    public override BackboneFeatures Needs => IsWritten ? BackboneFeatures.Writes : BackboneFeatures.SeesBothSides;

    /// <inheritdoc />
    public override IReadOnlyList<DatasetAdapter<Question, Reply>> Datasets => QADatasets.All(isPlaced: !IsWritten);

    /// <inheritdoc />
    public override FineTuningRecipe Recipe => new()
    {
        Targets = ["q", "k", "v", "o", "up", "down"],
        LearningRate = 1e-3,
        BatchSize = 12,
    };

    /// <inheritdoc />
    public override GenerationOptions Generation => IsWritten ? new() { MaxNewTokens = 30 } : new();

    private bool IsWritten => options.Mode == AnswerMode.Generative;

    /// <inheritdoc />
    public override ITaskHead<Question, Reply> CreateHead(IBackbone backbone)
    {
        Limits.Of(new() { Text = "?", Contexts = [""] }, options, backbone);
        return !IsWritten ? new QAHead(backbone, options)
            : options.Prompt.Split("{context}").Length == 2 && options.Prompt.Split("{question}").Length == 2 ? new QAWritingHead(backbone, options)
            : throw new OptionException("prompt", $"must hold {{question}} once and {{context}} once, but is '{options.Prompt}'.");
    }

    /// <inheritdoc />
    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Question, Reply>> answers) => Squad.Measure(
        [.. answers.Select(answer => new SquadAnswer(Expected(answer.Expected), answer.Predicted.Answer, answer.Predicted.NoAnswerProbability ?? 0))],
        answers.All(answer => answer.Predicted.NoAnswerProbability is not null) ? [.. answers.Select(answer => answer.Predicted.Spoken)] : null);

    /// <inheritdoc />
    public override Question FromText(string text) => text.Split('\t') is [var question, var context]
        ? new() { Text = question, Contexts = [context] }
        : throw new FormatException("A question must be a line 'question<tab>context', or an object with \"question\" and \"context\".");

    /// <inheritdoc />
    public override string ToText(Reply output) => output.Answer.ReplaceLineEndings(" ");

    private static string[] Expected(Reply reply) => [.. (reply.Answers ?? [reply]).Select(answer => answer.Answer).Where(answer => answer.Length > 0)];
}
