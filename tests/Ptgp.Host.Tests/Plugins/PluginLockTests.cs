using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;

namespace Ptgp.Host.Tests.Plugins;

public class PluginLockTests
{
    [Fact]
    public void ListedPluginsAreLoaded()
    {
        using var folder = new PluginFolder("Good", "WithDependency");
        PluginLock.Of([folder.Root]).Save(folder.LockFile);
        Assert.Equal(["Good", "WithDependency"], PluginLock.Load(folder.LockFile).Plugins);
        var catalog = folder.Discover(PluginTrust.Listed);
        Assert.Empty(catalog.Faults);
        Assert.Equal(["good", "with-dependency"], catalog.Names);
    }

    [Fact]
    public void APluginThatIsNotListedIsNotLoaded()
    {
        using var folder = new PluginFolder("Good");
        PluginLock.Of([folder.Root]).Save(folder.LockFile);
        folder.Add("Parameterless");
        Expect(folder, "Plugin 'Parameterless' must be listed in plugins.lock.json to be loaded, but is not. If you trust it, list it with 'ptgp plugins lock'.");
    }

    [Fact]
    public void AFileThatChangedIsNamed()
    {
        using var folder = new PluginFolder("WithDependency");
        PluginLock.Of([folder.Root]).Save(folder.LockFile);
        File.AppendAllText(folder["WithDependency", "Library.dll"], "x");
        Expect(folder, "Plugin 'WithDependency' must hold 'Library.dll' as listed in plugins.lock.json, but the file has changed since. If you trust it, list it with 'ptgp plugins lock'.");
    }

    [Fact]
    public void AFileThatCameOrWentIsNamed()
    {
        using var folder = new PluginFolder("WithDependency");
        PluginLock.Of([folder.Root]).Save(folder.LockFile);
        File.WriteAllText(folder["WithDependency", "Extra.dll"], "x");
        Expect(folder, "Plugin 'WithDependency' must hold the files listed in plugins.lock.json and no others, but holds 'Extra.dll'. If you trust it, list it with 'ptgp plugins lock'.");
        File.Delete(folder["WithDependency", "Extra.dll"]);
        File.Delete(folder["WithDependency", "Library.dll"]);
        Expect(folder, "Plugin 'WithDependency' must hold the file 'Library.dll' listed in plugins.lock.json, but does not. If you trust it, list it with 'ptgp plugins lock'.");
    }

    [Fact]
    public void WithoutAListThereIsNothingToTrust()
    {
        using var folder = new PluginFolder("Good");
        var e = Assert.Throws<UserException>(() => folder.Discover(PluginTrust.Listed));
        Assert.Equal($"Only listed plugins are to be loaded, but their list '{folder.LockFile}' cannot be read. Make it with 'ptgp plugins lock', or set plugins:trust to 'any'.", e.Message);
        File.WriteAllText(folder.LockFile, "{\n  \"Good\": 3\n}");
        e = Assert.Throws<UserException>(() => folder.Discover(PluginTrust.Listed));
        Assert.Equal($"'{folder.LockFile}' must be a list of plugins as 'ptgp plugins lock' writes it, but is broken in line 2. Make it again with 'ptgp plugins lock'.", e.Message);
    }

    private static void Expect(PluginFolder folder, string message)
    {
        var fault = Assert.Single(folder.Discover(PluginTrust.Listed).Faults);
        Assert.Equal(message, fault.ToString());
        Assert.Equal(PluginFaultCode.NotTrusted, fault.Code);
    }
}
