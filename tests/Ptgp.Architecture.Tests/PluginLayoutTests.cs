using Ptgp.Host.Plugins;

namespace Ptgp.Architecture.Tests;

/// <summary>What building the host leaves beside it.</summary>
public class PluginLayoutTests
{
    private static string Folder { get; } = Path.Combine(Repository.BuiltHost, "plugins");

    private static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "plugins"))
        .Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any() && Directory.EnumerateFiles(folder, "*Plugin.cs").Any()).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Fact]
    public void EveryFirstPartyPluginLiesBesideTheHostAndFits()
    {
        var catalog = PluginCatalog.Discover([Folder]);
        Assert.Empty(catalog.Faults.Where(fault => Names.Contains(fault.Plugin)).Select(fault => fault.ToString()));
        Assert.Equal(Names, catalog.Plugins.Select(plugin => Path.GetFileName(plugin.Folder)).Intersect(Names).Order(StringComparer.Ordinal));
        Assert.All(catalog.Plugins.Where(plugin => Names.Contains(Path.GetFileName(plugin.Folder))), plugin => plugin.Create(new() { TaskName = plugin.Name }).Dispose());
    }

    [Fact]
    public void APluginBringsNothingThatTorchSharpBrings()
    {
        var files = Names.SelectMany(name => Directory.EnumerateFiles(Path.Combine(Folder, name), "*", SearchOption.AllDirectories)).ToList();
        Assert.All(SharedAssemblies.NotShared, name => Assert.DoesNotContain(files, file => Path.GetFileName(file) == name.Name + ".dll"));
        Assert.DoesNotContain(files, file => SharedAssemblies.IsOfTheHost(Path.GetFileName(file)));
        Assert.DoesNotContain(files, file => file.Contains($"{Path.DirectorySeparatorChar}runtimes{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
    }
}
