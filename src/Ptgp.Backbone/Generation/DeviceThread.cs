using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>The one thread that computes on a device. Functions run one at a time, in the order they came, without gradients and inside a dispose scope.</summary>
/// <remarks>What a function returns must be managed, or a tensor that it detached from its scope.</remarks>
public sealed class DeviceThread : IDisposable
{
    private readonly BlockingCollection<Action> waiting = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread thread;
    private bool isDisposed;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name in debuggers.</param>
    public DeviceThread(string name)
    {
        thread = new(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Runs a function on the thread. What it throws comes to whoever awaits it.</summary>
    /// <exception cref="ObjectDisposedException">The thread has ended, or ends before the function's turn comes.</exception>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            waiting.Add(() => Run(function, answer));
        }
        catch (InvalidOperationException)
        {
            answer.SetException(new ObjectDisposedException(nameof(DeviceThread)));
        }

        return answer.Task;
    }

    /// <summary>Lets the function that runs come to its end, refuses those that wait, and ends the thread.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        stopping.Cancel();
        waiting.CompleteAdding();
        if (Thread.CurrentThread != thread)
        {
            thread.Join();
            waiting.Dispose();
            stopping.Dispose();
        }
    }

    private void Run()
    {
        foreach (var action in waiting.GetConsumingEnumerable())
        {
            action();
        }
    }

    private void Run<T>(Func<T> function, TaskCompletionSource<T> answer)
    {
        if (stopping.IsCancellationRequested)
        {
            answer.SetException(new ObjectDisposedException(nameof(DeviceThread)));
            return;
        }

        try
        {
            using var quiet = inference_mode();
            using var scope = NewDisposeScope();
            answer.SetResult(function());
        }
#pragma warning disable CA1031 // Whoever asked gets it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            answer.SetException(fault);
        }
    }
}
