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
    /// <param name="onSoFar">Is called with the answer so far, as often as it grows, on a thread of the host's.</param>
    /// <param name="cancellation">Calls the request off; others go on.</param>
    /// <returns>An object with the fields of the task's output.</returns>
    /// <exception cref="PtgpException">The task cannot be asked so.</exception>
    public Task<JsonNode> AnswerAsync(JsonNode input, GenerationOptions? generation = null, Action<JsonNode>? onSoFar = null, CancellationToken cancellation = default) =>
        Faults.ShownAsync(async () =>
        {
            var observer = onSoFar is null ? null : new AnswerObserver { OnSoFar = answer => onSoFar(runner.ToJson(answer)) };
            var json = JsonSerializer.SerializeToElement(input);
            var asked = runner.ParseJson(json);
            unknown.Tell("", json);
            return runner.ToJson(await runner.AnswerAsync(asked, generation ?? new(), observer, cancellation).ConfigureAwait(false));
        });

    /// <inheritdoc />
    public void Dispose() => runner.Dispose();
}
