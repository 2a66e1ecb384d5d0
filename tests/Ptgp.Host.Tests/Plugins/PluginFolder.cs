using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Plugins;

/// <summary>A folder of plugins, made for one test from those in tests/BadPlugins.</summary>
internal sealed class PluginFolder : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("ptgp-test-").FullName;

    public PluginFolder(params string[] plugins)
    {
        foreach (var plugin in plugins)
        {
            Add(plugin);
        }
    }

    /// <summary>Gets the folder that holds a folder for each plugin.</summary>
    public string Root => Path.Combine(home, "plugins");

    /// <summary>Gets where plugins are loaded from.</summary>
    public string Staged => Path.Combine(home, "staged");

    public string LockFile => Path.Combine(home, PluginLock.FileName);

    /// <summary>Gets the path of a plugin, or of a file in it.</summary>
    public string this[string plugin, params string[] file] => Path.Combine([Root, plugin, .. file]);

    /// <summary>Drops a plugin into the folder, perhaps under another name.</summary>
    public PluginFolder Add(string plugin, string? name = null)
    {
        var target = Directory.CreateDirectory(this[name ?? plugin]).FullName;
        foreach (var file in Directory.EnumerateFiles(BuildOf(plugin)))
        {
            var fileName = Path.GetFileName(file);
            File.Copy(file, Path.Combine(target, fileName.StartsWith(plugin + ".", StringComparison.Ordinal) ? (name ?? plugin) + fileName[plugin.Length..] : fileName));
        }

        return this;
    }

    public PluginCatalog Discover(PluginTrust trust = PluginTrust.Any, IPluginLoaderFactory? loaders = null, TimeSpan? deadline = null) => PluginCatalog.Discover([Root], trust, LockFile, new()
    {
        Stage = new(Staged),
        Deadline = deadline ?? new PluginSettings().Deadline,
        Loaders = loaders ?? new McMasterLoaderFactory(),
    });

    /// <summary>Finds the only fault there is.</summary>
    public PluginFault Fault() => Assert.Single(Discover().Faults);

    /// <summary>Makes an instance of the only plugin, for a task called 'task'.</summary>
    public PluginInstance Create(TimeSpan? deadline = null) => Assert.Single(Discover(deadline: deadline).Plugins).Create(new() { TaskName = "task" });

    /// <summary>Finds what is wrong with the only plugin when it is made.</summary>
    public PluginFault FaultOfCreating(TimeSpan? deadline = null) => Assert.Throws<PluginException>(() => Create(deadline)).Fault;

    public void Dispose() => Directory.Delete(home, recursive: true);

    // Where the build of this test project put a plugin, for the same configuration: artifacts/bin/Ptgp.Host.Tests/debug_linux-x64.
    private static string BuildOf(string plugin)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Split('_')[0];
        return Path.Combine(Repository.Root, "artifacts", plugin is "Sentiment" or "ImageCaptioning" or "Translation" ? "bin" : "bad-plugins/bin", plugin, configuration);
    }
}
