using Ptgp.Backbone.Generation;

namespace Ptgp.Host.Tasks;

/// <summary>Answers requests by one head of a task, as it stands.</summary>
internal sealed class HeadAnswers<TInput, TPart, TPartOutput, TOutput>
{
    private readonly TaskPlugin<TInput, TOutput> plugin;
    private readonly TaskHead<TInput, TPart, TPartOutput, TOutput> head;
    private readonly TaskSetting setting;
    private readonly TaskWriter writer;
    private readonly PredictionQueue<TInput, TPart, TPartOutput, TOutput> predictions;

    public HeadAnswers(TaskPlugin<TInput, TOutput> plugin, TaskHead<TInput, TPart, TPartOutput, TOutput> head, TaskSetting setting)
    {
        (this.plugin, this.head, this.setting) = (plugin, head, setting);
        var (view, engine) = (setting.View, setting.Backbone.Engine);
        var collator = new Collator { Device = view.Transformer.Device, PadId = view.Tokenizer.PadId, EndId = view.Tokenizer.EndId };
        writer = new(engine, view, features => view.Encode(Embed(features)), setting.Task, setting.Weight, Embed);
        predictions = new(head, view, collator, engine.Device);

        Embedded Embed(IReadOnlyList<Features> features) => head.Embed(collator.Collate(features));
    }

    /// <summary>Answers one input.</summary>
    public Task<TOutput> AnswerAsync(TInput input, GenerationOptions caller, AnswerObserver? observer, CancellationToken cancellation) =>
        head.AnswerAsync(input, Begin(caller, observer), cancellation);

    /// <summary>Makes the host as one request sees it.</summary>
    public IAnswering<TPart, TPartOutput, TOutput> Begin(GenerationOptions caller, AnswerObserver? observer)
    {
        var options = caller.Or(setting.Generation).Or(plugin.Generation).Or(setting.Backbone.Folder.Generation);
        return new Answering<TInput, TPart, TPartOutput, TOutput>(options, observer, writer, predictions);
    }
}
