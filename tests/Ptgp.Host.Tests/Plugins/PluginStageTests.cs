using Ptgp.Host.Plugins;

namespace Ptgp.Host.Tests.Plugins;

public class PluginStageTests
{
    [Fact]
    public void WhatIsLoadedIsACopy()
    {
        using var folder = new PluginFolder("Good");
        using var instance = folder.Create();
        Assert.StartsWith(folder.Staged, instance.Plugin.GetType().Assembly.Location, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileMayBeReplacedWhileItIsLoaded()
    {
        using var folder = new PluginFolder("WithDependency");
        using var instance = folder.Create();
        File.WriteAllBytes(folder["WithDependency", "WithDependency.dll"], []); // what cp does first, and what kills a process that has mapped the file
        File.WriteAllBytes(folder["WithDependency", "Library.dll"], []);
        Assert.Equal("hello", ((TaskPlugin<string, string>)instance.Plugin).ToText("x"));
    }

    [Fact]
    public void TheSameFilesAreCopiedOnce()
    {
        using var folder = new PluginFolder("Good");
        var files = PluginFiles.Read(folder["Good"]);
        var stage = new PluginStage(folder.Staged);
        var written = File.GetLastWriteTimeUtc(Path.Combine(stage.Stage(files).Folder, "Good.dll"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(stage.Stage(files).Folder, "Good.dll")));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(folder.Staged, "Good")));
    }

    [Fact]
    public void ACopyThatSomeoneChangedIsMadeAnew()
    {
        using var folder = new PluginFolder("Good");
        var files = PluginFiles.Read(folder["Good"]);
        var stage = new PluginStage(folder.Staged);
        File.WriteAllText(Path.Combine(stage.Stage(files).Folder, "Good.dll"), "evil");
        Assert.Equal(files.Fingerprint, stage.Stage(files).Fingerprint);
    }

    [Fact]
    public void ANewVersionIsAnotherCopyAndOldOnesGo()
    {
        using var folder = new PluginFolder("Good");
        var stage = new PluginStage(folder.Staged);
        var old = stage.Stage(PluginFiles.Read(folder["Good"])).Folder;
        File.WriteAllText(folder["Good", "notes.txt"], "new");
        var newer = stage.Stage(PluginFiles.Read(folder["Good"])).Folder;
        Assert.NotEqual(old, newer);
        Assert.True(Directory.Exists(old));
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-31));
        File.WriteAllText(folder["Good", "notes.txt"], "newer");
        stage.Stage(PluginFiles.Read(folder["Good"]));
        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(newer));
    }

    [Fact]
    public void FilesThatChangeAfterTheyWereCheckedAreNotLoaded()
    {
        using var folder = new PluginFolder("Good");
        var plugin = folder.Discover().Find("good");
        File.WriteAllText(folder["Good", "Good.dll"], "half");
        var e = Assert.Throws<PluginException>(() => plugin.Create(new() { TaskName = "task" }));
        Assert.Equal("Plugin 'good' must stand still while it is loaded, but its files were changed. Wait until it is copied, and try again.", e.Message);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(folder.Staged, "Good")));
    }
}
