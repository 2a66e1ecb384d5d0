using static TorchSharp.torch;

namespace Ptgp;

/// <summary>What a plugin makes for a backbone: a <see cref="TaskHead{TInput, TOutput}"/>, or one with a part type.</summary>
public interface ITaskHead<TInput, TOutput>
{
    /// <summary>Keeps strangers from implementing this, so that members can be added.</summary>
    internal void OnlyTaskHeadImplementsThis();
}

/// <summary>The trainable part of a task whose input is one sequence: the way into the shared backbone and the way out of it.</summary>
/// <inheritdoc cref="TaskHead{TInput, TPart, TPartOutput, TOutput}" path="/remarks" />
public abstract class TaskHead<TInput, TOutput> : TaskHead<TInput, TInput, TOutput, TOutput>
{
    /// <inheritdoc />
    protected TaskHead(IBackbone backbone) : base(backbone)
    {
    }

    /// <summary>Leaves the input whole.</summary>
    public sealed override IReadOnlyList<TInput> Split(TInput input) => [input];

    /// <summary>Takes the only answer.</summary>
    public sealed override TOutput Join(TInput input, IReadOnlyList<TInput> parts, IReadOnlyList<TOutput> answers) => answers[0];
}

/// <summary>The trainable part of a task whose input is read in parts, such as the windows of a long document.</summary>
/// <typeparam name="TInput">What a caller asks.</typeparam>
/// <typeparam name="TPart">What is encoded as one sequence.</typeparam>
/// <typeparam name="TPartOutput">What is predicted for one part; often richer than the answer, so that parts can be compared.</typeparam>
/// <typeparam name="TOutput">The answer.</typeparam>
/// <remarks>
/// Authors think of one example in <c>EncodeInput</c> and <c>EncodeTarget</c> (pure, no tensors, any thread), of one batch in
/// <c>Embed</c>, <c>Loss</c> and <c>Predict</c> (tensors, synchronous, on the device's thread, inside a scope of the host's that
/// disposes what they leave behind), and of one request in <c>AnswerAsync</c> (asynchronous, no tensors). The host pads, batches,
/// moves to the device and runs every loop. A head with parameters calls <c>RegisterComponents()</c> at the end of its constructor.
/// An input that cannot be answered is refused by a <see cref="FormatException"/> whose message is for the caller; any other
/// exception is reported as a fault of the plugin.
/// </remarks>
public abstract class TaskHead<TInput, TPart, TPartOutput, TOutput> : nn.Module, ITaskHead<TInput, TOutput>
{
    /// <summary>Initializes a head that answers through <paramref name="backbone"/>.</summary>
    protected TaskHead(IBackbone backbone) : base("head") => Backbone = backbone;

    /// <summary>Gets the shared backbone, seen through this task's own adapter weights.</summary>
    protected IBackbone Backbone { get; }

    /// <summary>Splits an input into parts that fit the backbone, which may overlap.</summary>
    public abstract IReadOnlyList<TPart> Split(TInput input);

    /// <summary>Joins the answers to the parts of an input, in order.</summary>
    public abstract TOutput Join(TInput input, IReadOnlyList<TPart> parts, IReadOnlyList<TPartOutput> answers);

    /// <summary>Turns one part into token ids or feature frames.</summary>
    public abstract Features EncodeInput(TPart part);

    /// <summary>Turns the answer expected of an input into the target of one of its parts: token ids, a class, a span, numbers.</summary>
    /// <returns>The target, or null when there is nothing to learn from this part, such as a window without the answer; it then costs nothing.</returns>
    public abstract Target? EncodeTarget(TPart part, TOutput output);

    /// <summary>Gets whether <see cref="Loss"/> compares the parts of one example: a sentence with its paraphrase, the candidates of a query.</summary>
    /// <value>
    /// By default false: each part is trained on by itself, in whatever batch it fits. If true, the parts of an example stand in
    /// one batch, one after another in the order of <see cref="Split"/>; a batch may then hold more parts than the recipe's batch
    /// size, if a single example does.
    /// </value>
    public virtual bool KeepsPartsTogether => false;

    /// <summary>Brings a batch to the backbone's width. By default the backbone's own way in: token embeddings, or its stem for frames.</summary>
    /// <remarks>The backbone adds its positions and its norm when it reads what is returned, which may be longer or shorter than the batch.</remarks>
    public virtual Embedded Embed(Batch batch) => Backbone.Embed(batch);

    /// <summary>Computes the loss of a labelled batch, with its graph.</summary>
    public abstract TaskLoss Loss(EncodedBatch<TPart> batch);

    /// <summary>Computes the answer to each part of the batch, in order, without gradients. Heads that write override <see cref="AnswerAsync"/> instead.</summary>
    public virtual IReadOnlyList<TPartOutput> Predict(EncodedBatch<TPart> batch) =>
        throw new InvalidOperationException($"{GetType().Name} must override {nameof(Predict)}, or {nameof(AnswerAsync)}, but overrides neither.");

    /// <summary>Answers one request. By default each part is predicted, batched with whatever else is waiting, and the answers are joined.</summary>
    public virtual async Task<TOutput> AnswerAsync(TInput input, IAnswering<TPart, TPartOutput, TOutput> host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        var parts = Split(input);
        var answers = await Task.WhenAll(parts.Select(part => host.PredictAsync(part, cancellation))).ConfigureAwait(false);
        return Join(input, parts, answers);
    }

    void ITaskHead<TInput, TOutput>.OnlyTaskHeadImplementsThis()
    {
    }
}

/// <summary>A summed loss and how many targets it sums, so that the host can average over any number of batches.</summary>
/// <param name="Sum">A scalar, attached to its graph.</param>
/// <param name="Count">How many labels were scored, not counting padding.</param>
public readonly record struct TaskLoss(Tensor Sum, long Count);
