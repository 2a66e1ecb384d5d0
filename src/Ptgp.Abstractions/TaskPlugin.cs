namespace Ptgp;

/// <summary>Everything Ptgp needs to learn and serve one task: its head, its datasets, its recipe and its score.</summary>
/// <typeparam name="TInput">What a caller asks about, such as a question with its context; JSON when it crosses a file.</typeparam>
/// <typeparam name="TOutput">What the task answers, such as a span of that context; JSON when it crosses a file.</typeparam>
/// <remarks>
/// The host makes one instance for each configured task, from a container of its own. The constructor may ask for the plugin's
/// own options (a record with a parameterless constructor, bound and validated from <c>tasks:&lt;name&gt;:options</c>), for
/// <c>ILogger&lt;T&gt;</c> and for <see cref="IHostServices"/>; a parameterless one always works. Members may be called from many
/// threads, so a plugin keeps no state of its own; what it learns lives in the head.
/// </remarks>
public abstract class TaskPlugin<TInput, TOutput> : ITaskPlugin
{
    /// <inheritdoc />
    public abstract string Name { get; }

    /// <inheritdoc />
    /// <value>The default is <see cref="BackboneFeatures.None"/>: any backbone will do.</value>
    public virtual BackboneFeatures Needs => BackboneFeatures.None;

    /// <summary>Gets the dataset formats the task can be trained and evaluated on; the first that fits a file reads it.</summary>
    public abstract IReadOnlyList<DatasetAdapter<TInput, TOutput>> Datasets { get; }

    /// <summary>Gets how the task is fine-tuned when the caller does not say otherwise.</summary>
    public virtual FineTuningRecipe Recipe => new();

    /// <summary>Gets how answers are written when neither the caller nor the configuration says otherwise.</summary>
    /// <value>By default nothing is asked for, so that the checkpoint's own defaults stand.</value>
    public virtual GenerationOptions Generation => new();

    /// <summary>Makes a head with fresh parameters for this backbone.</summary>
    /// <exception cref="OptionException">An option does not hold, such as a language that there is not: it is corrected in the configuration.</exception>
    /// <exception cref="InvalidOperationException">This backbone cannot do it, whatever the options say; the message says what could. The host names others that would do.</exception>
    public abstract ITaskHead<TInput, TOutput> CreateHead(IBackbone backbone);

    /// <summary>Finds the options that the configuration leaves open on this backbone, so that <c>ptgp check</c> can say what each input must bring.</summary>
    /// <value>By default none.</value>
    public virtual IReadOnlyList<OpenOption> FindOpenOptions(IBackbone backbone) => [];

    /// <summary>Scores answers against the expected ones; the first metric picks the best checkpoint.</summary>
    public abstract IReadOnlyList<Metric> Score(IReadOnlyList<Answer<TInput, TOutput>> answers);

    /// <summary>Makes an input of a line of plain text, for tasks that can be asked without JSON.</summary>
    /// <exception cref="FormatException">The task cannot be asked with plain text; the message says how to ask it.</exception>
    public virtual TInput FromText(string text) =>
        text is TInput input ? input : throw new FormatException($"Plugin '{Name}' must be asked with JSON, but is asked with plain text.");

    /// <summary>Renders an answer as a line of plain text. By default this is its <see cref="object.ToString"/>.</summary>
    public virtual string ToText(TOutput output) => output?.ToString() ?? "";

    /// <summary>Gets how an answer is written as a file of its own, such as subtitles, where the options ask for one. Since 1.5.</summary>
    /// <value>Null, the default: an answer is a line of text among others, as <see cref="ToText"/> renders it.</value>
    public virtual AnswerFile<TInput, TOutput>? AnswerFile => null;

    void ITaskPlugin.OnlyTaskPluginImplementsThis()
    {
    }
}

/// <summary>An answer beside the one the dataset expected, and what was asked: some metrics look at the source, or group by it.</summary>
public readonly record struct Answer<TInput, TOutput>(TInput Input, TOutput Predicted, TOutput Expected);

/// <summary>One figure of a task's quality, such as BLEU or word error rate.</summary>
/// <param name="Name">Its name in reports, such as <c>bleu</c>.</param>
/// <param name="Value">The figure.</param>
/// <param name="LowerIsBetter">Whether a smaller figure is the better one.</param>
public readonly record struct Metric(string Name, double Value, bool LowerIsBetter = false)
{
    /// <summary>Gets what was counted and how, such as sacreBLEU's signature; null when the name says it all.</summary>
    public string? Signature { get; init; }
}
