using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Explaining;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Commands;

/// <summary>A task that answers a text with itself in capitals, and does with <c>!fail</c> and the like what they say.</summary>
internal sealed class FakeRunner(FakeParts parts) : ITaskRunner
{
    private readonly Random delays = new(1);
    private int asked;

    public string Name => "shout";

    public IReadOnlyList<string> InputFields => ["text"];

    public AnswerFile<object, object>? AnswerFile => parts.AnswerFile;

    public string InputExample => """{"text": "…"}""";

    public object ParseText(string text) => text.StartsWith("!parse", StringComparison.Ordinal) ? throw new FormatException("There must be no '!parse', but there is.") : text;

    public object ParseJson(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("text", out var text)
        ? JsonSerializer.Deserialize<string>(text)!
        : throw new JsonException("An input must have 'text', but has not.");

    public IReadOnlyList<UnknownField> FindUnknown(JsonElement json) => [.. json.EnumerateObject().Where(field => field.Name != "text").Select(field => new UnknownField("", field.Name, InputFields))];

    public string ToText(object output) => (string)output;

    public JsonNode ToJson(object output) => output switch
    {
        "!CUT" => new JsonObject { ["answer"] = "!CUT", ["unfinished"] = true },
        "!SEVERAL" => new JsonObject { ["answer"] = "!SEVERAL", ["hypotheses"] = new JsonArray("a", "b") },
        _ => new JsonObject { ["answer"] = (string)output },
    };

    public async Task<object> AnswerAsync(object input, GenerationOptions caller, AnswerObserver? observer, CancellationToken cancellation)
    {
        var text = (string)input;
        parts.MostInFlight = Math.Max(parts.MostInFlight, Interlocked.Increment(ref asked));
        parts.Asked.Enqueue(text);
        try
        {
            int delay;
            lock (delays)
            {
                delay = delays.Next(3);
            }

            await Task.Delay(text == "!wait" ? Timeout.Infinite : delay, cancellation);
            parts.Answered.Enqueue(text);
            return text switch
            {
                "!fail" => throw new UserException("There must be an answer, but there is none."),
                "!asked" => throw new UsageException("There must be room for it, but there is none."),
                "!long" => Watched(observer, text),
                "!bug" => throw new InvalidOperationException("impossible"),
                _ => text.ToUpperInvariant() + (caller.NumBeams is { } beams ? $" by {beams}" : ""),
            };
        }
        finally
        {
            Interlocked.Decrement(ref asked);
        }
    }

    private static string Watched(AnswerObserver? observer, string text)
    {
        observer?.OnProgress?.Invoke(0.375);
        return text;
    }

    public Task<Explanation> ExplainAsync(object input, GenerationOptions caller, ExplanationRequest request, CancellationToken cancellation)
    {
        parts.Explanations.Enqueue(request);
        var text = (string)input;
        return Task.FromResult(new Explanation
        {
            Task = Name,
            Plugin = "fake",
            Backbone = new() { Name = "base", Family = "t5", Features = BackboneFeatures.Writes, Width = 8, Vocabulary = 9, MaxLength = 10, MaxTargetLength = 11 },
            Input = text,
            Answer = new JsonObject { ["answer"] = text.ToUpperInvariant() },
            Text = text.ToUpperInvariant(),
            Passes = [],
            Remarks = text == "!remark" ? ["Something was left out."] : [],
        });
    }

    public Task<EvaluationResult> EvaluateAsync(EvaluationRequest request, CancellationToken cancellation)
    {
        request.OnPrediction?.Invoke(new("a", "A", new JsonObject { ["é"] = 1 }));
        request.OnProgress?.Invoke(1);
        parts.Evaluation = request;
        return Task.FromResult(new EvaluationResult { Examples = 1, Loss = 0.5, Metrics = [new("bleu", 41.25) { Signature = "nrefs:1" }, new("ter", 30, LowerIsBetter: true)] });
    }

    public Task<TrainingResult> TrainAsync(TrainingRequest request, CancellationToken cancellation)
    {
        parts.Training = request;
        for (var step = 1; step <= 100; step++)
        {
            request.OnStep?.Invoke(new(step, 100, 4.0 / step, 1.5, 3e-4, 640, 1000));
        }

        var best = new TrainingEvaluation(100, new() { Examples = 3, Metrics = [new("bleu", 12.5)] }, IsBest: true);
        request.OnEvaluation?.Invoke(best);
        return Task.FromResult(new TrainingResult { Steps = 100, Output = request.Output, Parameters = 12345, Best = best, WasInterrupted = parts.InterruptsTraining });
    }

    public ITrainer Prepare(TrainingRequest request) => throw new InvalidOperationException("A fake host trains several tasks without runners.");

    public void Dispose() => parts.IsDisposed = true;
}
