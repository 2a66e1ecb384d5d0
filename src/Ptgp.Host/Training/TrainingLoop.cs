using System.Diagnostics;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>Goes from step to step until all are made, or someone cancels.</summary>
internal sealed class TrainingLoop<TInput, TPart, TPartOutput, TOutput>
{
    private readonly TrainingRequest request;
    private readonly FineTuningRecipe recipe;
    private readonly Learner<TInput, TPart, TPartOutput, TOutput> learner;
    private readonly Tuning tuning;
    private readonly Optimizer optimizer;
    private readonly Averaging averaging;
    private readonly TrainingFolder folder;
    private readonly TrainingData<TInput, TPart, TPartOutput, TOutput> data;
    private readonly LearningRate rate;
    private readonly int steps;
    private readonly Stopwatch sinceSave = Stopwatch.StartNew();
    private TrainingScore? last;
    private EvaluationResult? best;

    public TrainingLoop(
        TrainingRequest request,
        FineTuningRecipe recipe,
        TrainingData<TInput, TPart, TPartOutput, TOutput> data,
        DataSize? size,
        Learner<TInput, TPart, TPartOutput, TOutput> learner,
        Tuning tuning,
        Optimizer optimizer,
        Averaging averaging,
        TrainingFolder folder)
    {
        (this.request, this.recipe, this.data, this.learner, this.tuning, this.optimizer, this.averaging, this.folder) = (request, recipe, data, learner, tuning, optimizer, averaging, folder);
        // A step never reaches over the end of an epoch: the last one of each may have fewer batches.
        steps = recipe.MaxSteps ?? checked(recipe.Epochs * ((size!.Batches + recipe.Accumulation - 1) / recipe.Accumulation));
        rate = new(recipe, steps);
    }

    /// <summary>Gets what is evaluated; null for nothing.</summary>
    public HeldOutData<TInput, TPart, TPartOutput, TOutput>? HeldOut { get; init; }

    /// <summary>Gets after how long a checkpoint is saved between evaluations.</summary>
    public required TimeSpan LongestUnsaved { get; init; }

    /// <summary>Runs on from a state.</summary>
    public async Task<TrainingResult> RunAsync(TrainingState state, CancellationToken cancellation)
    {
        while (true)
        {
            if (IsDue(state) && state.EvaluatedStep < state.Step)
            {
                try
                {
                    state = await EvaluateAsync(state, cancellation).ConfigureAwait(false);
                    SaveLast(state);
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    // What goes on later begins with this evaluation.
                }
            }

            if (state.EvaluatedStep == steps)
            {
                try
                {
                    state = state.Kept.Count > 1 ? await AverageAsync(state, cancellation).ConfigureAwait(false) : state;
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    return Result(state, wasInterrupted: true);
                }

                folder.Finish(steps, Parameters, state.Best, last);
                return Result(state, wasInterrupted: false);
            }

            if (cancellation.IsCancellationRequested)
            {
                SaveLast(state);
                return Result(state, wasInterrupted: true);
            }

            state = Learn(state);
            if (sinceSave.Elapsed > LongestUnsaved)
            {
                SaveLast(state);
            }
        }
    }

    private long Parameters => tuning.Parameters.Sum(parameter => parameter.Value.numel());

    private bool IsDue(TrainingState state) =>
        state.Step == steps || (state.Step > 0 && (recipe.EvaluateEvery is { } every ? state.Step % every == 0 : state.Data.BeginsEpoch));

    private TrainingState Learn(TrainingState state)
    {
        tuning.Train();
        List<IReadOnlyList<EncodedExample<TPart>>> batches = [];
        var at = state.Data;
        do
        {
            (var batch, at) = data.Get(at);
            batches.Add(batch);
        }
        while (batches.Count < recipe.Accumulation && !at.BeginsEpoch);

        var learningRate = rate.At(state.Step);
        var (loss, norm, count) = learner.Step(state.Step, learningRate, batches);
        averaging.Step(state.Step);
        TrainingStep step = new(state.Step + 1, steps, loss, norm, learningRate, count);
        folder.Append(step);
        request.OnStep?.Invoke(step);
        return state with { Step = step.Step, Data = at, LossSinceEvaluation = state.LossSinceEvaluation + loss };
    }

    private async Task<TrainingState> EvaluateAsync(TrainingState state, CancellationToken cancellation)
    {
        tuning.Evaluate();
        using var shown = averaging.ShowMoving();
        EvaluationResult? result = null;
        if (HeldOut is null)
        {
            last = TrainingScore.OfLoss(state.Step, state.LossSinceEvaluation / (state.Step - state.EvaluatedStep));
        }
        else
        {
            result = await HeldOut.EvaluateAsync(learner, cancellation).ConfigureAwait(false);
            last = TrainingScore.Of(state.Step, result);
            folder.Append(last);
        }

        var isBest = last.IsBetterThan(state.Best);
        if (isBest)
        {
            folder.Save(TrainingFolder.Best, recipe, last, beside => tuning.Files.Save(beside, tuning.Kind));
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

        return state with { EvaluatedStep = state.Step, LossSinceEvaluation = 0, Best = isBest ? last : state.Best, Kept = kept };
    }

    // What tasks use is the mean of the weights that were kept, unless it is known to be worse than the best of all.
    private async Task<TrainingState> AverageAsync(TrainingState state, CancellationToken cancellation)
    {
        // Training lets go of the copies of weights that evaluation has made for itself.
        tuning.Train();
        TrainingScore? score = null;
        using (averaging.ShowMean(folder.PathsOf(state.Kept)))
        {
            tuning.Evaluate();
            var result = HeldOut is null ? null : await HeldOut.EvaluateAsync(learner, cancellation).ConfigureAwait(false);
            score = result is null ? null : TrainingScore.Of(state.Step, result) with { Averaged = state.Kept.Count };
            var isBest = score is null || !state.Best!.IsBetterThan(score);
            if (isBest)
            {
                folder.Save(TrainingFolder.Best, recipe, score, beside => tuning.Files.Save(beside, tuning.Kind));
            }

            if (result is not null)
            {
                best = isBest ? result : best;
                request.OnEvaluation?.Invoke(new(state.Step, result, isBest, state.Kept.Count));
                state = state with { Best = isBest ? score : state.Best };
            }
        }

        state = state with { Kept = [] };
        SaveLast(state);
        if (score is not null)
        {
            folder.Append(last = score);
        }

        return state;
    }

    private void SaveLast(TrainingState state)
    {
        folder.Save(TrainingFolder.Last, recipe, last?.Step == state.Step ? last : null, beside =>
        {
            tuning.Files.Save(beside, tuning.Kind);
            TrainingFolder.SaveState(beside, state, optimizer, averaging);
        });
        folder.KeepOnly(state.Kept);
        sinceSave.Restart();
    }

    private TrainingResult Result(TrainingState state, bool wasInterrupted) => new()
    {
        Steps = state.Step,
        Output = request.Output,
        Parameters = Parameters,
        Best = HeldOut is null || state.Best is null ? null : new(state.Best.Step, best ?? state.Best.ToResult(HeldOut.Count), IsBest: true),
        WasInterrupted = wasInterrupted,
    };
}
