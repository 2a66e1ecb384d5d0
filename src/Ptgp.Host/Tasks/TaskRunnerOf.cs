using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Explaining;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <inheritdoc />
internal sealed class TaskRunner<TInput, TPart, TPartOutput, TOutput> : ITaskRunner
{
    // Enough to fill batches while the next lines are read.
    private const int InFlight = 1024;

    private readonly TaskPlugin<TInput, TOutput> plugin;
    private readonly TaskHead<TInput, TPart, TPartOutput, TOutput> head;
    private readonly TaskSetting setting;
    private readonly TaskJson json = new();
    private readonly List<nn.Module> trained = [];
    private readonly HeadAnswers<TInput, TPart, TPartOutput, TOutput> answers;

    public TaskRunner(TaskPlugin<TInput, TOutput> plugin, TaskHead<TInput, TPart, TPartOutput, TOutput> head, TaskSetting setting)
    {
        (this.plugin, this.head, this.setting) = (plugin, head, setting);
        head.to(setting.View.Transformer.Device);
        head.eval();
        if (setting.Trained is not null)
        {
            new TrainedTask(setting.Backbone.Folder, setting.View, head).Load(setting.Trained, setting.Backbone.Device.Dtype);
        }

        answers = new(plugin, head, setting);
    }

    public string Name => setting.Task;

    public IReadOnlyList<string> InputFields => json.Fields<TInput>();

    public AnswerFile<object, object>? AnswerFile => plugin.AnswerFile is not { } file ? null : new()
    {
        Extension = file.Extension,
        Write = output => file.Write((TOutput)output),
        Name = file.Name is { } name ? input => name((TInput)input) : null,
    };

    public string InputExample => json.Example<TInput>();

    public object ParseText(string text) => plugin.FromText(text)!;

    public object ParseJson(JsonElement element) => json.Read<TInput>(element)!;

    public IReadOnlyList<UnknownField> FindUnknown(JsonElement element) => json.Unknown<TInput>(element);

    public string ToText(object output) => plugin.ToText((TOutput)output);

    public JsonNode ToJson(object output) => json.Write((TOutput)output);

    public async Task<object> AnswerAsync(object input, GenerationOptions caller, AnswerObserver? observer, CancellationToken cancellation) =>
        (await answers.AnswerAsync((TInput)input, caller, observer, cancellation).ConfigureAwait(false))!;

    public async Task<Explanation> ExplainAsync(object input, GenerationOptions caller, ExplanationRequest request, CancellationToken cancellation)
    {
        var node = json.Write((TInput)input);
        var explainer = new Explainer<TInput, TPart, TPartOutput, TOutput>(head, setting, request);
        var (output, passes, remarks) = await explainer.ExplainAsync((TInput)input, answers.Begin(caller, null), node, cancellation).ConfigureAwait(false);
        return new()
        {
            Task = Name,
            Plugin = plugin.Name,
            Backbone = setting.View.Description,
            Input = node,
            Answer = json.Write(output),
            Text = plugin.ToText(output),
            Passes = passes,
            Remarks = remarks,
        };
    }

    public async Task<EvaluationResult> EvaluateAsync(EvaluationRequest request, CancellationToken cancellation)
    {
        List<Answer<TInput, TOutput>> answered = [];
        Queue<(Example<TInput, TOutput> Example, Task<TOutput> Answer)> asked = [];
        foreach (var example in Datasets.Read(plugin, request.Data, request.Format).Take(request.Limit ?? int.MaxValue))
        {
            asked.Enqueue((example, answers.AnswerAsync(example.Input, request.Generation, null, cancellation)));
            if (asked.Count >= InFlight)
            {
                await TakeAsync().ConfigureAwait(false);
            }
        }

        while (asked.Count > 0)
        {
            await TakeAsync().ConfigureAwait(false);
        }

        return answered.Count == 0
            ? throw new UserException($"Data '{string.Join("', '", request.Data)}' must hold at least one example, but holds none.")
            : new() { Examples = answered.Count, Metrics = plugin.Score(answered) };

        async Task TakeAsync()
        {
            var (example, answer) = asked.Dequeue();
            TOutput predicted;
            try
            {
                predicted = await answer.ConfigureAwait(false);
            }
            catch (FormatException refused)
            {
                throw new UserException($"Example {answered.Count + 1} of the data cannot be answered: {refused.Message}", refused);
            }

            answered.Add(new(example.Input, predicted, example.Output));
            request.OnPrediction?.Invoke(json.Write(answered[^1]));
            request.OnProgress?.Invoke(answered.Count);
        }
    }

    public async Task<TrainingResult> TrainAsync(TrainingRequest request, CancellationToken cancellation)
    {
        using var trainer = Prepare(request);
        using TrainingSession session = new([trainer], request);
        return await session.RunAsync(cancellation).ConfigureAwait(false);
    }

    public ITrainer Prepare(TrainingRequest request)
    {
        var recipe = request.Recipe(plugin.Recipe);
        var (badLines, badHeldOut) = request.IsStrict ? (null, null) : (new BadLines(setting.Log), new BadLines(setting.Log));
        manual_seed(recipe.Seed);
        var fresh = (TaskHead<TInput, TPart, TPartOutput, TOutput>)plugin.CreateHead(setting.View);
        var answering = new HeadAnswers<TInput, TPart, TPartOutput, TOutput>(plugin, fresh, setting);
        trained.Add(fresh);
        return new Trainer<TInput, TPart, TPartOutput, TOutput>
        {
            Name = Name,
            Plugin = plugin,
            Head = fresh,
            Backbone = setting.View,
            Checkpoint = setting.Backbone.Folder,
            Recipe = recipe,
            Examples = Datasets.Read(plugin, request.Data, request.Format, badLines),
            HeldOut = [.. Datasets.Read(plugin, request.HeldOut, request.Format, badHeldOut)],
            Answer = async (inputs, token) => await Task.WhenAll(inputs.Select(input => answering.AnswerAsync(input, new(), null, token))).ConfigureAwait(false),
            Log = setting.Log,
            CountBadLines = () => (badLines?.Count ?? 0) + (badHeldOut?.Count ?? 0),
        };
    }

    public void Dispose()
    {
        head.Dispose();
        trained.ForEach(fresh => fresh.Dispose());
        setting.View.Adapter?.Dispose();
        if (setting.View.Transformer != setting.Backbone.Transformer)
        {
            setting.View.Transformer.Dispose();
        }
    }
}
