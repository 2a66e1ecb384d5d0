using System.Collections.Concurrent;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Explaining;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Commands;

/// <summary>A host whose tasks are <see cref="FakeRunner"/>s, and which remembers what was asked of it.</summary>
internal sealed class FakeParts : IHostParts, ITaskHost
{
    public ConcurrentQueue<string> Asked { get; } = [];

    public ConcurrentQueue<string> Answered { get; } = [];

    public ConcurrentQueue<ExplanationRequest> Explanations { get; } = [];

    public int MostInFlight { get; set; }

    public bool IsDisposed { get; set; }

    public bool WasOpened { get; private set; }

    public TaskUse? Use { get; private set; }

    public GenerationOptions? OpenedFor { get; private set; }

    public bool InterruptsTraining { get; init; }

    public EvaluationRequest? Evaluation { get; set; }

    public TrainingRequest? Training { get; set; }

    public IReadOnlyList<KeyValuePair<string, TrainingRequest>> Together { get; private set; } = [];

    public bool IsJoint { get; private set; }

    public AnswerFile<object, object>? AnswerFile { get; init; }

    public Exception? Failure { get; init; }

    public IReadOnlyCollection<string> FindPlugins(HostConfiguration configuration) => ["fake"];

    public ITaskHost CreateTaskHost(HostConfiguration configuration, IConsoleLog log) => this;

    public Task<ITaskRunner> OpenAsync(string task, TaskUse use, GenerationOptions caller, CancellationToken cancellation)
    {
        (WasOpened, Use, OpenedFor) = (true, use, caller);
        return Failure is null ? Task.FromResult<ITaskRunner>(new FakeRunner(this)) : throw Failure;
    }

    public Task CheckTrainingAsync(string task, TrainingRequest request, bool isJoint, CancellationToken cancellation) => Task.CompletedTask;

    public Task<IReadOnlyList<TrainingResult>> TrainTogetherAsync(IReadOnlyList<KeyValuePair<string, TrainingRequest>> tasks, bool isJoint, CancellationToken cancellation)
    {
        (WasOpened, Together, IsJoint) = (true, tasks, isJoint);
        List<TrainingResult> results = [];
        foreach (var (_, request) in isJoint ? tasks.Take(1) : tasks)
        {
            request.OnStep?.Invoke(new(1, 1, 2.5, 1.5, 3e-4, 640, 1000));
            results.Add(new() { Steps = 1, Output = request.Output, Parameters = 7 });
        }

        return Task.FromResult<IReadOnlyList<TrainingResult>>(results);
    }

    public Task<TaskInspection> InspectAsync(string task, CancellationToken cancellation) => task == "broken"
        ? throw new UserException("Plugin 'fake' must hold, but does not.")
        : Task.FromResult(new TaskInspection
        {
            Task = task,
            Plugin = "fake",
            Backbone = Describe("t5"),
            Generation = new() { NumBeams = 4, EarlyStopping = EarlyStopping.Never, EosTokenId = [1], ExponentialDecayLengthPenalty = new(5, 1.5) },
            FileExtension = AnswerFile?.Extension,
            OpenOptions = task == "open" ? [new("to", "must be given.") { IsNeeded = true, Values = ["a", "b", "c", "d", "e"] }, new("from", "is not given.") { Values = ["x"] }] : [],
            Remarks = ["It was never trained."],
        });

    public Task<IReadOnlyList<BackboneFit>> FindFitsAsync(string task, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<BackboneFit>>(
        [new("base", Describe("t5"), null), new("gpt", Describe("gpt2"), null), new("reader", Describe("bert"), "Plugin 'fake' needs one that writes."), new("torn", null, "config.json\n  is torn."), new("lost", null, "config.json\n  is torn.")]);

    private static BackboneDescription Describe(string family) =>
        new() { Name = "base", Family = family, Features = BackboneFeatures.Writes, Width = 8, Vocabulary = 9, MaxLength = 10, MaxTargetLength = 11 };

    public void Dispose()
    {
    }
}
