using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host;
using Ptgp.Host.Tasks;

namespace Ptgp.Hosting;

/// <summary>A loaded task. It is asked in JSON, as its plugin's README says; requests at the same time are batched. Safe to use from many threads.</summary>
public sealed class PtgpTask : IDisposable
{
    private readonly ITaskRunner runner;
    private readonly UnknownFields unknown;

    internal PtgpTask(ITaskRunner runner, IConsoleLog log) => (this.runner, unknown) = (runner, new(runner, log));

    /// <summary>Gets the name under which the configuration holds it.</summary>
    public string Name => runner.Name;

    /// <summary>Gets the names of the fields that an input may have; none where it is no object. Other fields are passed over, and the logger is warned of each once.</summary>
    public IReadOnlyList<string> InputFields => runner.InputFields;

    /// <summary>Answers one input.</summary>
    /// <param name="input">An object with the fields of the task's input, or whatever else it reads.</param>
    /// <param name="generation">How to write; null for what the task's configuration says.</param>
    /// <param name="onSoFar">Is called with the answer so far, as often as it grows, on a thread of the pool, one call after the other. A slow one holds up this answer alone; what it throws ends the request.</param>
    /// <param name="cancellation">Calls the request off; others go on.</param>
    /// <returns>An object with the fields of the task's output.</returns>
    /// <exception cref="PtgpException">The task cannot be asked so.</exception>
    public Task<JsonNode> AnswerAsync(JsonNode input, GenerationOptions? generation = null, Action<JsonNode>? onSoFar = null, CancellationToken cancellation = default) =>
        Faults.ShownAsync(async () =>
        {
            var json = JsonSerializer.SerializeToElement(input);
            var asked = runner.ParseJson(json);
            unknown.Tell("", json);
            var answer = onSoFar is null
                ? await runner.AnswerAsync(asked, generation ?? new(), null, cancellation).ConfigureAwait(false)
                : await WatchedAsync(asked, generation ?? new(), soFar => onSoFar(runner.ToJson(soFar)), cancellation).ConfigureAwait(false);
            return runner.ToJson(answer);
        });

    // A callback that takes its time holds up its own request alone; one that throws ends it.
    private async Task<object> WatchedAsync(object asked, GenerationOptions generation, Action<object> onSoFar, CancellationToken cancellation)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Relay<object> relay = new(onSoFar);
        var telling = Task.Run(
            async () =>
            {
                try
                {
                    await relay.RunAsync(cancellation).ConfigureAwait(false);
                }
                catch
                {
                    await stopped.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            },
            CancellationToken.None);
        object answer;
        try
        {
            answer = await runner.AnswerAsync(asked, generation, new() { OnSoFar = relay.Post }, stopped.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (telling.IsFaulted)
        {
            await telling.ConfigureAwait(false);
            throw;
        }
        finally
        {
            relay.Complete();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await telling.ConfigureAwait(false);
        return answer;
    }

    /// <inheritdoc />
    public void Dispose() => runner.Dispose();
}
