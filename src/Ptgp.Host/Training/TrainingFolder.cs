using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// The folder that a training writes: <c>recipe.json</c>, <c>metrics.jsonl</c> (a line a step and a line an evaluation), <c>metrics.json</c> (what came of
/// it), while evaluations are averaged <c>evaluated</c> with their weights, and two checkpoints, <c>best</c>, which tasks use, and <c>last</c>, which also holds what it takes to go on. Checkpoints are
/// written beside and renamed, so that a failing disk leaves the old ones whole.
/// </summary>
internal sealed class TrainingFolder(string path)
{
    private readonly Checkpoints checkpoints = new(path);

    public const string Best = "best", Last = "last", Evaluated = "evaluated", Recipe = "recipe.json", Metrics = "metrics.json", Log = "metrics.jsonl", State = "state.json", Optimizer = "optimizer.safetensors";

    private static readonly JsonSerializerOptions compact = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions indented = new(compact) { WriteIndented = true };

    /// <summary>Gets the folder that an interrupted training goes on from.</summary>
    public string From => checkpoints.Newest() ?? Path.Combine(path, Last);

    /// <summary>Sees to it that a training can begin here, or that one can go on.</summary>
    /// <exception cref="UsageException">There is a training already, or none.</exception>
    public void Check(bool resumes)
    {
        if (resumes ? !File.Exists(Path.Combine(path, Recipe)) : checkpoints.Newest() is not null || Directory.Exists(Path.Combine(path, Best)))
        {
            throw new UsageException(resumes
                ? $"Output '{path}' must hold an interrupted training to go on with, but has no {Recipe}. Train without --resume."
                : $"Output '{path}' must not hold a training yet, but does. Go on with it by --resume, or name another folder.");
        }
    }

    /// <summary>Begins a training anew.</summary>
    /// <param name="recipe">How it is trained.</param>
    /// <param name="resumes">Whether it is one that was killed before anything was saved.</param>
    /// <exception cref="UsageException">There is a training already.</exception>
    public void Begin(FineTuningRecipe recipe, bool resumes = false)
    {
        if (!resumes)
        {
            Check(resumes: false);
        }

        Writing(() =>
        {
            Directory.CreateDirectory(path);
            Write(Path.Combine(path, Recipe), recipe);
            AtomicFile.Write(Path.Combine(path, Log), _ => { });
        }, "Name another folder, or make room.");
    }

    /// <summary>Opens an interrupted training, and takes back what was logged after it was last saved.</summary>
    /// <returns>Where it stands; null for one that was killed before anything was saved, and begins anew.</returns>
    /// <exception cref="UsageException">There is none, or recipe or data have changed since.</exception>
    public TrainingState? Resume(FineTuningRecipe recipe, long? units)
    {
        Check(resumes: true);
        Writing(checkpoints.Recover);
        var state = Saved(recipe);
        if (state is null)
        {
            MustEqual(recipe, JsonSerializer.Deserialize<FineTuningRecipe>(File.ReadAllBytes(Path.Combine(path, Recipe)), compact)!);
            return null;
        }

        if (state.Units != units)
        {
            throw new UsageException($"The training in '{path}' can only go on with its own data, which gave {Count(state.Units)} sequences, but there are {Count(units)} now. Use that data, or train without --resume into another folder.");
        }

        KeepLog(state.Step);
        return state;

        static string Count(long? value) => value is { } count ? $"{count}" : "more than are held at once";
    }

    /// <summary>Finds where the training stood when it was last saved; null if it never was.</summary>
    /// <exception cref="UsageException">It has another recipe.</exception>
    public TrainingState? Saved(FineTuningRecipe recipe)
    {
        var state = checkpoints.Newest() is { } newest ? ReadState(Path.Combine(newest, State)) : null;
        MustEqual(recipe, state?.Recipe ?? recipe);
        return state;
    }

    /// <summary>Reads where a training stands.</summary>
    /// <exception cref="UsageException">The file is not one of this version.</exception>
    public static TrainingState ReadState(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(file), compact)!;
        }
        catch (JsonException fault)
        {
            throw new UsageException($"'{file}' must say where a training stands, but does not as this version writes it: {fault.Message} Train without --resume into another folder.", fault);
        }
    }

    private void MustEqual(FineTuningRecipe recipe, FineTuningRecipe began)
    {
        var (ours, theirs) = (JsonSerializer.SerializeToNode(recipe, compact)!.AsObject(), JsonSerializer.SerializeToNode(began, compact)!.AsObject());
        string[] changed = [.. ours.Where(field => !JsonNode.DeepEquals(field.Value, theirs[field.Key])).Select(field => $"{field.Key} {Show(theirs[field.Key])} (now {Show(field.Value)})")];
        if (changed.Length > 0)
        {
            throw new UsageException($"The training in '{path}' can only go on with its own recipe: {string.Join(", ", changed)}. Use that recipe, or train without --resume into another folder.");
        }

        static string Show(JsonNode? value) => value?.ToJsonString(compact) ?? "null";
    }

    /// <summary>Logs a step.</summary>
    public void Append(TrainingStep step) =>
        Append(new JsonObject { ["step"] = step.Step, ["loss"] = step.Loss, ["gradNorm"] = step.GradNorm, ["learningRate"] = step.LearningRate, ["tokens"] = step.Tokens });

    /// <summary>Logs a step that nothing was learned in.</summary>
    public void Append(int step, string skipped) => Append(new JsonObject { ["step"] = step, ["skipped"] = skipped });

    /// <summary>Logs an evaluation.</summary>
    public void Append(TrainingScore score)
    {
        JsonObject line = new() { ["step"] = score.Step, ["evaluation"] = JsonSerializer.SerializeToNode(score.Evaluation, compact) };
        if (score.Averaged is not null)
        {
            line["averaged"] = score.Averaged;
        }

        Append(line);
    }

    /// <summary>Saves a checkpoint that tasks can use.</summary>
    /// <param name="name">What it is called, such as <see cref="Best"/>.</param>
    /// <param name="recipe">How it was trained.</param>
    /// <param name="score">How good it is; null when that is not known.</param>
    /// <param name="save">Writes the weights into the folder it is given.</param>
    public void Save(string name, FineTuningRecipe recipe, TrainingScore? score, Action<string> save) =>
        Writing(() => AtomicFolder.Write(Path.Combine(path, name), beside => Fill(beside, recipe, score, save)));

    /// <summary>Saves the last checkpoint, which training can go on from.</summary>
    /// <inheritdoc cref="Save" path="/param" />
    public void SaveLast(FineTuningRecipe recipe, TrainingScore? score, Action<string> save) =>
        Writing(() => checkpoints.SaveLast(recipe.KeepLast, beside => Fill(beside, recipe, score, save)));

    /// <summary>Writes where a training stands beside its last checkpoint, which is being saved to <paramref name="beside"/>.</summary>
    public static void SaveState(string beside, TrainingState state, Optimizer optimizer, Averaging averaging)
    {
        SafeTensorsWriter.Write(Path.Combine(beside, Optimizer), [.. optimizer.State, .. averaging.State]);
        Write(Path.Combine(beside, State), state);
    }

    /// <summary>Loads the optimizer of an interrupted training, and the moving average.</summary>
    public void LoadOptimizer(Optimizer optimizer, Averaging averaging)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(From, Optimizer));
        optimizer.Load(file.Read);
        averaging.Load(file.Read);
    }

    /// <summary>Keeps the weights of an evaluation, to be averaged later.</summary>
    public void Keep(int step, IEnumerable<KeyValuePair<string, Tensor>> weights) => Writing(() =>
    {
        Directory.CreateDirectory(Path.Combine(path, Evaluated));
        SafeTensorsWriter.Write(KeptPath(step), weights);
    });

    /// <summary>Gets where the weights of evaluations that were kept lie.</summary>
    public string[] PathsOf(IEnumerable<TrainingScore> kept) => [.. kept.Select(score => KeptPath(score.Step))];

    /// <summary>Lets go of the weights of all other evaluations. Call it when where training stands has been saved: until then, what goes on from before needs them.</summary>
    public void KeepOnly(IReadOnlyList<TrainingScore> kept) => Writing(() =>
    {
        var folder = Path.Combine(path, Evaluated);
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.GetFiles(folder).Except(PathsOf(kept)))
            {
                File.Delete(file);
            }

            if (kept.Count == 0)
            {
                Directory.Delete(folder);
            }
        }
    });

    /// <summary>Writes what came of the training.</summary>
    public void Finish(int steps, long parameters, TrainingScore? best, TrainingScore? last) =>
        Writing(() => Write(Path.Combine(path, Metrics), new { Steps = steps, Parameters = parameters, Best = best, Last = last }));

    private string KeptPath(int step) => Path.Combine(path, Evaluated, $"{step}.safetensors");

    // The recipe comes last: a checkpoint that has it is whole.
    private static void Fill(string beside, FineTuningRecipe recipe, TrainingScore? score, Action<string> save)
    {
        save(beside);
        if (score is not null)
        {
            Write(Path.Combine(beside, Metrics), score);
        }

        Write(Path.Combine(beside, Recipe), recipe);
    }

    /// <summary>Writes a recipe as JSON, as it stands in its file.</summary>
    public static JsonObject ToJson(FineTuningRecipe recipe) => JsonSerializer.SerializeToNode(recipe, compact)!.AsObject();

    private static void Write<T>(string file, T value) => AtomicFile.Write(file, stream => JsonSerializer.Serialize(stream, value, indented));

    private void Append(JsonObject line) => Writing(() => File.AppendAllText(Path.Combine(path, Log), line.ToJsonString(compact) + "\n"));

    private void KeepLog(int steps)
    {
        var file = Path.Combine(path, Log);
        var kept = File.ReadLines(file).TakeWhile(line => StepOf(line) <= steps);
        var text = string.Concat(kept.Select(line => line + "\n"));
        Writing(() => AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(text))));
    }

    private void Writing(Action write, string? advice = null)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"Training must be able to write to '{path}', but cannot: {fault.Message} {advice ?? Advice(fault.InnerException ?? fault)}", fault);
        }
    }

    private string Advice(Exception fault) =>
        fault is DirectoryNotFoundException && !Directory.Exists(path) ? "The folder was there when training began, and is gone: if it was moved, move it back and go on with --resume; if it was deleted, train anew."
        : fault is UnauthorizedAccessException ? "Checkpoints saved before are whole; allow it to be written and go on with --resume."
        : "Checkpoints saved before are whole; make room and go on with --resume.";

    // A line that was cut short when the process was killed belongs to no step.
    private static int StepOf(string line)
    {
        try
        {
            return JsonNode.Parse(line)?["step"]?.GetValue<int>() ?? int.MaxValue;
        }
        catch (JsonException)
        {
            return int.MaxValue;
        }
    }
}
