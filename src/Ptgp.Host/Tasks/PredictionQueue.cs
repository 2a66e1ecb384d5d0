using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>Predicts parts by a head's <c>Predict</c>: whatever waits while a batch is computed makes up the next ones, of about equal lengths.</summary>
internal sealed class PredictionQueue<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, BackboneView view, Collator collator, DeviceThread device)
{
    // A batch holds about as many tokens, padding included.
    private const int TokenBudget = 16 * 1024;

    private readonly Lock gate = new();
    private readonly List<Waiting> waiting = [];
    private bool isScheduled;

    /// <summary>Predicts a part, in a batch with others.</summary>
    public Task<TPartOutput> PredictAsync(TPart part, CancellationToken cancellation)
    {
        // Refused here, and not in a batch, where it would take others with it.
        var features = head.EncodeInput(part) is { Length: > 0 } some ? some : throw new FormatException("There must be something to read, but the input is empty.");
        var item = new Waiting(part, features, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellation);
        lock (gate)
        {
            waiting.Add(item);
            if (!isScheduled)
            {
                isScheduled = true;
                Schedule();
            }
        }

        return item.Answer.Task;
    }

    private void Schedule() => _ = device.RunAsync(() =>
    {
        var batch = Take();
        Predict(batch);
        lock (gate)
        {
            isScheduled = waiting.Count > 0;
            if (isScheduled)
            {
                Schedule();
            }
        }

        return batch.Count;
    });

    // The shortest first, so that a batch is padded little; every item gets its turn because the queue drains between arrivals.
    private List<Waiting> Take()
    {
        lock (gate)
        {
            foreach (var cancelled in waiting.Where(item => item.Cancellation.IsCancellationRequested).ToArray())
            {
                cancelled.Answer.TrySetCanceled(cancelled.Cancellation);
                waiting.Remove(cancelled);
            }

            waiting.Sort((a, b) => a.Features.Length.CompareTo(b.Features.Length));
            var count = 0;
            while (count < waiting.Count && (count == 0 || (count + 1) * waiting[count].Features.Length <= TokenBudget))
            {
                count++;
            }

            var batch = waiting.GetRange(0, count);
            waiting.RemoveRange(0, count);
            return batch;
        }
    }

    private void Predict(List<Waiting> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            var batch = collator.Collate([.. items.Select(item => item.Features)]);
            var (labels, values) = collator.NoTargets(items.Count);
            var answers = head.Predict(new()
            {
                Parts = [.. items.Select(item => item.Part)],
                Batch = batch,
                Encoded = view.Encode(head.Embed(batch)),
                Labels = labels,
                Values = values,
            });
            if (answers.Count != items.Count)
            {
                throw new InvalidOperationException($"{head.GetType().Name}.Predict must answer each of {items.Count} parts, but gave {answers.Count} answers.");
            }

            for (var i = 0; i < items.Count; i++)
            {
                items[i].Answer.TrySetResult(answers[i]);
            }
        }
#pragma warning disable CA1031 // A fault of the head belongs to those who asked it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            items.ForEach(item => item.Answer.TrySetException(fault));
        }
    }

    private sealed record Waiting(TPart Part, Features Features, TaskCompletionSource<TPartOutput> Answer, CancellationToken Cancellation);
}
