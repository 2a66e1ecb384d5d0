using System.Diagnostics;
using Ptgp.Backbone.Native;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>Goes from step to step until all are made, nothing gets better any more, or someone cancels.</summary>
internal sealed class TrainingLoop
{
    // A power cut costs no more than this.
    private static readonly TimeSpan longestUnsaved = TimeSpan.FromMinutes(10);

    private const int MostSkipped = 10;

    // Steps of ever new shapes took a fifth of a megabyte and more each in bfloat16 where none was handed back.
    private const int KeepsFreedMemory = 20;

    private readonly TrainingRequest request;
    private readonly FineTuningRecipe recipe;
    private readonly ICurriculum curriculum;
    private readonly ITuning tuning;
    private readonly Optimizer optimizer;
    private readonly Averaging averaging;
    private readonly TrainingFolder folder;
    private readonly LearningRate rate;
    private readonly int steps;
    private readonly Stopwatch sinceSave = Stopwatch.StartNew();
    private TrainingState state;
    private TrainingScore? last;
    private EvaluationResult? best;
    private bool wasInterrupted;
    private int skipped;

    /// <summary>Initializes a loop that runs on from a state.</summary>
    public TrainingLoop(
        TrainingRequest request,
        FineTuningRecipe recipe,
        ICurriculum curriculum,
        ITuning tuning,
        Optimizer optimizer,
        Averaging averaging,
        TrainingFolder folder,
        TrainingState state)
    {
        (this.request, this.recipe, this.curriculum, this.tuning, this.optimizer, this.averaging, this.folder, this.state) = (request, recipe, curriculum, tuning, optimizer, averaging, folder, state);
        steps = recipe.MaxSteps ?? checked(recipe.Epochs * curriculum.StepsPerEpoch!.Value);
        rate = new(recipe, steps);
    }

    /// <summary>Gets where what is noteworthy is said.</summary>
    public required IConsoleLog Log { get; init; }

    /// <summary>Gets how many steps were made.</summary>
    public int Step => state.Step;

    /// <summary>Gets the step whose loss was no number and which therefore ended the loop; null for none.</summary>
    public LearnedStep? Failed { get; private set; }

    /// <summary>Gets what came of it so far.</summary>
    public TrainingResult Result => new()
    {
        Steps = state.Step,
        Output = request.Output,
        Parameters = Parameters,
        Best = curriculum.HeldOut == 0 || state.Best is null ? null : new(state.Best.Step, best ?? state.Best.ToResult(curriculum.HeldOut), IsBest: true, state.Best.Averaged),
        WasInterrupted = wasInterrupted,
    };

    private long Parameters => tuning.Parameters.Sum(parameter => parameter.Value.numel());

    private bool IsDue => state.Step == steps || (state.Step > 0 && (recipe.EvaluateEvery is { } every ? state.Step % every == 0 : state.EndsEpoch));

    private bool IsOver => state.Step > 0 && state.EvaluatedStep == state.Step && (state.Step == steps || state.WithoutBetter >= recipe.StopAfter);

    /// <summary>Makes a step, and evaluates and saves where that is due. When cancelled it saves instead.</summary>
    /// <returns>Whether there are more.</returns>
    /// <exception cref="UserException">A loss is no number, an example cannot be encoded, or nothing can be written.</exception>
    public async Task<bool> AdvanceAsync(CancellationToken cancellation)
    {
        if (IsDue && state.EvaluatedStep < state.Step)
        {
            // What goes on later, when an evaluation was cancelled or failed, begins with it.
            try
            {
                await EvaluateAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
            }
            catch
            {
                SaveLast();
                throw;
            }

            if (state.EvaluatedStep == state.Step)
            {
                SaveLast();
            }
        }

        if (IsOver)
        {
            return await FinishAsync(cancellation).ConfigureAwait(false);
        }

        if (cancellation.IsCancellationRequested)
        {
            SaveLast();
            wasInterrupted = true;
            return false;
        }

        Learn();
        if (sinceSave.Elapsed > longestUnsaved)
        {
            SaveLast();
        }

        return true;
    }

    private async Task<bool> FinishAsync(CancellationToken cancellation)
    {
        if (state.Step < steps)
        {
            Log.Status($"Ended after step {state.Step} of {steps}: nothing has got better since step {state.Best!.Step}.");
        }

        try
        {
            if (state.Kept.Count > 1)
            {
                await AverageAsync(cancellation).ConfigureAwait(false);
            }

            folder.Finish(state.Step, Parameters, state.Best, last);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            wasInterrupted = true;
        }

        return false;
    }

    private void Learn()
    {
        tuning.Train();
        var learningRate = request.LearningRate?.Invoke(state.Step) ?? rate.At(state.Step);
        var learned = curriculum.Learn(state.Step, learningRate, state.Data);
        state = state with { Step = state.Step + 1, Data = learned.Next, EndsEpoch = learned.EndsEpoch };
        if (learned.Fault is { } fault)
        {
            Skip(learned, fault);
            return;
        }

        skipped = 0;
        averaging.Step(state.Step - 1);
        if (state.Step % KeepsFreedMemory == 0)
        {
            FreedMemory.GiveBack();
        }

        TrainingStep step = new(state.Step, steps, learned.Loss, learned.GradNorm, learningRate, learned.Count, learned.Positions);
        folder.Append(step);
        request.OnStep?.Invoke(step);
        state = state with { LossSinceEvaluation = state.LossSinceEvaluation + learned.Loss };
    }

    private void Skip(LearnedStep learned, string fault)
    {
        if (recipe.OnNonFinite != NonFiniteStep.Skip || ++skipped > MostSkipped)
        {
            Failed = learned;
            throw new UserException(recipe.OnNonFinite == NonFiniteStep.GoBack ? fault : $"{fault} Lower the learning rate, or lengthen the warm-up; what was saved before is untouched.");
        }

        Log.Warn($"{fault} It is skipped.");
        folder.Append(state.Step, fault);
    }

    private async Task EvaluateAsync(CancellationToken cancellation)
    {
        tuning.Evaluate();
        using var shown = averaging.ShowMoving();
        var result = await curriculum.EvaluateAsync(cancellation).ConfigureAwait(false);
        last = result is null ? TrainingScore.OfLoss(state.Step, state.LossSinceEvaluation / (state.Step - state.EvaluatedStep)) : TrainingScore.Of(state.Step, result);
        if (result is not null)
        {
            folder.Append(last);
        }

        var isBest = last.IsBetterThan(state.Best);
        if (isBest)
        {
            SaveBest(last, result);
        }

        if (result is not null)
        {
            best = isBest ? result : best;
            request.OnEvaluation?.Invoke(new(state.Step, result, isBest));
        }

        var kept = averaging.Choose(state.Kept, last);
        if (kept.Contains(last))
        {
            folder.Keep(last.Step, averaging.Weights);
        }

        state = state with
        {
            EvaluatedStep = state.Step,
            LossSinceEvaluation = 0,
            Best = isBest ? last : state.Best,
            WithoutBetter = isBest ? 0 : state.WithoutBetter + 1,
            Kept = kept,
        };
    }

    // What tasks use is the mean of the weights that were kept, unless it is known to be worse than the best of all.
    private async Task AverageAsync(CancellationToken cancellation)
    {
        // Training lets go of the copies of weights that evaluation has made for itself.
        tuning.Train();
        TrainingScore? score = null;
        using (averaging.ShowMean(folder.PathsOf(state.Kept)))
        {
            tuning.Evaluate();
            var result = await curriculum.EvaluateAsync(cancellation).ConfigureAwait(false);
            score = result is null ? null : TrainingScore.Of(state.Step, result) with { Averaged = state.Kept.Count };
            var isBest = score is null || !state.Best!.IsBetterThan(score);
            if (isBest)
            {
                SaveBest(score, result);
            }

            if (result is not null)
            {
                best = isBest ? result : best;
                request.OnEvaluation?.Invoke(new(state.Step, result, isBest, state.Kept.Count));
                state = state with { Best = isBest ? score : state.Best };
            }
        }

        state = state with { Kept = [] };
        SaveLast();
        if (score is not null)
        {
            folder.Append(last = score);
        }
    }

    private void SaveBest(TrainingScore? score, EvaluationResult? result) => folder.Save(TrainingFolder.Best, recipe, score, beside =>
    {
        tuning.Save(beside);
        string[] lines = [.. result?.Predictions.Select(prediction => prediction.ToLine()) ?? []];
        if (lines.Length > 0)
        {
            File.WriteAllLines(Path.Combine(beside, Prediction.FileName), lines);
        }
    });

    private void SaveLast()
    {
        folder.SaveLast(recipe, last?.Step == state.Step ? last : null, beside =>
        {
            tuning.Save(beside);
            TrainingFolder.SaveState(beside, state, optimizer, averaging);
        });
        folder.KeepOnly(state.Kept);
        sinceSave.Restart();
    }
}
