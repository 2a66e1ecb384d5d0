using System.Globalization;
using System.Text.Json;
using Ptgp;
using Ptgp.Benchmarks;

// Ratios against a named reference, measured in the same run:
// dotnet run -c Release --project bench/Ptgp.Benchmarks -- [--json] [--only decoding|mixed|lookup|loading|tokenizers|training] [--rounds N] [--threads N] [--device cpu|cuda]
// Of decoding some cases alone: [--shapes t5-small,bart-base,gpt2-small,whisper-tiny] [--dtypes float32,bfloat16,int8] [--rows 1,8,32] [--beams 1,4]; the first shape and no bfloat16 by default.
// Ours alone of these, or the plain loop, for a profiler to look on: … -- write [--plain] [the same options]
// What a step of decoding asks of the host: … -- host [--rounds N] [--rows 1,32]
// The memory of a long training, as CSV and PNG: … -- memory [--steps N] [--recompute] [--output FOLDER]
// The memory of an engine that answers many requests: … -- engine-memory [--requests N]
// Steps of one kind alone, for a profiler: … -- steps [--low-rank] [--bfloat16] [--no-dropout] [--rounds N]
// The greatest working set of two steps on t5-small's shape: … -- step-memory [--batch N] [--length N] [--recompute]
var asJson = args.Contains("--json");
TorchSharp.torch.set_num_threads(Number("--threads", 1));
if (args.FirstOrDefault() == "step-memory")
{
    Console.WriteLine(StepMemory.Measure(Number("--batch", 16), Number("--length", 64), args.Contains("--recompute")));
    return 0;
}

if (args.FirstOrDefault() == "steps")
{
    Console.WriteLine(StepsAlone.Measure(
        new()
        {
            Tuning = args.Contains("--low-rank") ? BackboneTuning.LowRank : BackboneTuning.Full,
            Precision = args.Contains("--bfloat16") ? TrainingPrecision.Bfloat16 : TrainingPrecision.Float32,
            Dropout = args.Contains("--no-dropout") ? 0 : 0.1,
        },
        Number("--rounds", 5)));
    return 0;
}

if (args.FirstOrDefault() == "engine-memory")
{
    Console.WriteLine(await EngineMemory.RunAsync(Number("--requests", 100_000)));
    return 0;
}

if (args.FirstOrDefault() == "memory")
{
    Console.WriteLine(await LongTraining.RunAsync(Number("--steps", 10_000), args.Contains("--recompute"), Text("--output") ?? "memory"));
    return 0;
}

var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var parts = new Dictionary<string, Func<int, IEnumerable<Measurement>>> { ["decoding"] = count => DecodingBenchmarks.Measure(count, DecodingChoice.From(Text)), ["mixed"] = MixedBenchmarks.Measure, ["lookup"] = LookupBenchmarks.Measure, ["loading"] = LoadingBenchmarks.Measure, ["tokenizers"] = TokenizerBenchmarks.Measure, ["training"] = TrainingBenchmarks.Measure };
var only = Text("--only");
var rounds = Number("--rounds", 5);
var measured = args.FirstOrDefault() == "write" ? DecodingBenchmarks.Write(rounds, DecodingChoice.From(Text), args.Contains("--plain"))
    : args.FirstOrDefault() == "host" ? HostCost.Measure(rounds, DecodingChoice.From(Text).Rows)
    : Machine.Measure().Concat(parts.Where(part => only is null || only == part.Key).SelectMany(part => part.Value(rounds)));
foreach (var measurement in measured)
{
    Console.WriteLine(asJson
        ? JsonSerializer.Serialize(measurement, options)
        : string.Create(CultureInfo.InvariantCulture, $"{measurement.Name,-66} {measurement.Value,10:0.##} {measurement.Unit,-14} {(measurement.Goal is { } goal ? $"goal {(measurement.Better == "higher" ? "≥" : "≤")} {goal}" : "")}"));
}

return 0;

string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

int Number(string name, int otherwise) =>
    Array.IndexOf(args, name) is var at && at >= 0 && at + 1 < args.Length && int.TryParse(args[at + 1], CultureInfo.InvariantCulture, out var number) && number > 0 ? number : otherwise;
