using Ptgp.Backbone;
using Ptgp.Backbone.Generation;

namespace Ptgp.Host.Tasks;

/// <summary>Writes for one task: with the backbone's engine, through the task's own way in and its adapter weights.</summary>
/// <param name="engine">The backbone's engine.</param>
/// <param name="view">The backbone as the task sees it.</param>
/// <param name="encode">How the task's inputs are read.</param>
/// <param name="task">The task's name.</param>
/// <param name="weight">The task's share of what is written at once.</param>
/// <param name="embed">How they are embedded, so that they can be read beside those of other tasks; null where they are not to be.</param>
internal sealed class TaskWriter(
    WritingEngine engine, BackboneView view, Func<IReadOnlyList<Features>, EncodedStates> encode, string task = "", double weight = 1, Func<IReadOnlyList<Features>, Embedded>? embed = null)
{
    /// <summary>Reads an input once.</summary>
    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation) => engine.EncodeAsync(features, encode, cancellation);

    /// <summary>Writes.</summary>
    /// <param name="request">What the head asks for.</param>
    /// <param name="options">What stands where the request says nothing.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UsageException">The options contradict each other or the backbone, what may be written has no room, or nothing may be.</exception>
    public async Task<Written> WriteAsync(WritingRequest request, GenerationOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var resolved = Resolve(request.Options.Or(options), view.Transformer.Config, view.Tokenizer, view.Adapter);
        var asked = EngineRequest.From(request, resolved, encode, embed) with { Transformer = view.Transformer, Adapter = view.Adapter, Flow = task, Weight = weight };
        try
        {
            return await engine.WriteAsync(asked, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is MemoryBudgetException or ForbiddenException)
        {
            throw new UsageException(fault.Message, fault);
        }
    }

    /// <summary>Fills in what the options leave out.</summary>
    /// <param name="options">The options.</param>
    /// <param name="config">The backbone's shape.</param>
    /// <param name="tokenizer">Its tokenizer, which a form that is to be kept to needs.</param>
    /// <param name="adapter">What the task has learned.</param>
    /// <exception cref="UsageException">They contradict each other or the backbone.</exception>
    public static ResolvedOptions Resolve(GenerationOptions options, TransformerConfig config, ITokenizer? tokenizer = null, Adapter? adapter = null)
    {
        try
        {
            return ResolvedOptions.From(options, DecoderFacts.Of(config, adapter) with { Tokenizer = tokenizer });
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
