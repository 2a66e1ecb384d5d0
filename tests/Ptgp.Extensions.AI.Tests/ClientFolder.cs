using Ptgp.Hosting;

namespace Ptgp.Extensions.AI.Tests;

/// <summary>A configuration with a task of one of the host's plugins on a fixture's checkpoint.</summary>
internal sealed class ClientFolder : IDisposable
{
    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    private readonly TemporaryFolder folder = new();

    public ClientFolder(string plugin, string checkpoint, string options = "{}")
    {
        folder.Write("ptgp.json", $$"""
            {
              "plugins": { "folders": ["{{Plugins.Replace('\\', '/')}}"] },
              "backbones": { "base": { "checkpoint": "{{checkpoint.Replace('\\', '/')}}", "device": "cpu", "threads": 1 } },
              "tasks": { "task": { "plugin": "{{plugin}}", "backbone": "base", "options": {{options}} } }
            }
            """);
        Host = PtgpHost.Open(new() { Configuration = folder["ptgp.json"] });
    }

    public PtgpHost Host { get; }

    public Task<PtgpTask> OpenAsync() => Host.OpenAsync("task", TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Host.Dispose();
        folder.Dispose();
    }
}
