using Microsoft.Extensions.Logging;
using Ptgp.Host;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Hosting;

/// <summary>Ptgp inside another program: the tasks of one configuration, on backbones that they share. Safe to use from many threads.</summary>
public sealed class PtgpHost : IDisposable
{
    private readonly ITaskHost host;
    private readonly IConsoleLog log;

    private PtgpHost(ITaskHost host, IConsoleLog log, IReadOnlyList<string> tasks) => (this.host, this.log, Tasks) = (host, log, tasks);

    /// <summary>Gets the names of the tasks.</summary>
    public IReadOnlyList<string> Tasks { get; }

    /// <summary>Reads a configuration and finds its plugins. No weight is read yet.</summary>
    /// <exception cref="PtgpException">The configuration does not hold; the message names every fault.</exception>
    public static PtgpHost Open(PtgpHostOptions? options = null)
    {
        options ??= new();
        return Faults.Shown(() =>
        {
            var parts = new HostParts();
            var configuration = new ConfigurationReader
            {
                File = options.Configuration,
                Settings = options.Settings,
                Environment = Environment.GetEnvironmentVariables(),
                WorkingFolder = options.WorkingFolder,
                FindPlugins = parts.FindPlugins,
                FindMore = FurtherFaults.Of,
            }.Read();
            var log = new Log(options.Logger);
            return new PtgpHost(parts.CreateTaskHost(configuration, log), log, [.. configuration.Tasks.Keys]);
        });
    }

    /// <summary>Loads a task: its plugin, its head, and its backbone unless another task has it loaded. The caller disposes it, before this.</summary>
    /// <exception cref="PtgpException">There is no such task, or it cannot be loaded.</exception>
    public async Task<PtgpTask> OpenAsync(string task, CancellationToken cancellation = default) =>
        new(await Faults.ShownAsync(() => host.OpenAsync(task, TaskUse.Answering, new(), cancellation)).ConfigureAwait(false), log);

    /// <inheritdoc />
    public void Dispose() => host.Dispose();

    private sealed class Log(ILogger? logger) : IConsoleLog
    {
        public void Status(string message) => logger?.LogInformation("{Message}", message);

        public void Warn(string message) => logger?.LogWarning("{Message}", message);

        public void Detail(string message) => logger?.LogDebug("{Message}", message);
    }
}
