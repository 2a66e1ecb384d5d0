using Ptgp.Host.Plugins;

namespace Ptgp.Host.Tests.Plugins;

public class PluginCatalogTests
{
    [Fact]
    public void APluginIsFoundByItsNameWithoutRunningIt()
    {
        using var folder = new PluginFolder("Good", "ThrowsInConstructor", "HangsInConstructor");
        var catalog = folder.Discover();
        Assert.Empty(catalog.Faults);
        Assert.Equal(["good", "hangs-in-constructor", "throws-in-constructor"], catalog.Names);
        Assert.Equal(SharedAssemblies.ContractVersion, catalog.Find("good").Contract);
        Assert.False(Directory.Exists(folder.Staged));
    }

    [Fact]
    public void ANameThatOnlyAnInstanceKnowsIsFoundToo()
    {
        using var folder = new PluginFolder("Parameterless");
        Assert.Equal(["parameterless"], folder.Discover().Names);
    }

    [Fact]
    public void AFaultOfOnePluginLeavesTheOthersAlone()
    {
        using var folder = new PluginFolder("NextMajor", "Good", "NoEntryType");
        var catalog = folder.Discover();
        Assert.Equal(["good"], catalog.Names);
        Assert.Equal(["NextMajor", "NoEntryType"], catalog.Faults.Select(fault => fault.Plugin));
        using var instance = catalog.Find("good").Create(new() { TaskName = "task" });
        Assert.Equal(BackboneFeatures.Writes, instance.Plugin.Needs);
    }

    [Fact]
    public void OfTwoPluginsOfOneNameTheFirstStaysAndBothAreNamed()
    {
        using var folder = new PluginFolder("Good", "SameName");
        var catalog = folder.Discover();
        Assert.Equal(folder["Good"], Assert.Single(catalog.Plugins).Folder);
        var fault = Assert.Single(catalog.Faults);
        Assert.Equal(PluginFaultCode.Name, fault.Code);
        Assert.Equal($"Plugin 'SameName' is called 'good', but so is the plugin in '{folder["Good"]}', which comes first. Remove one of the two folders.", fault.ToString());
    }

    [Fact]
    public void ANameMustBeLowerCase()
    {
        using var folder = new PluginFolder("ShoutsItsName");
        Assert.Equal("Plugin 'SHOUT' must have a name of lower-case letters, digits and hyphens, but is called 'SHOUT'. Change the property Name of Ptgp.BadPlugins.ShoutsItsName.", folder.Fault().ToString());
    }

    [Fact]
    public void AnUnknownNameIsAnsweredByTheKnownOnes()
    {
        using var folder = new PluginFolder("Good");
        var e = Assert.Throws<UserException>(() => folder.Discover().Find("goud"));
        Assert.Equal("There must be a plugin 'goud', but there is none. Did you mean 'good'? See 'ptgp plugins'.", e.Message);
    }

    [Fact]
    public void AskingForABrokenPluginSaysWhatIsWrongWithIt()
    {
        using var folder = new PluginFolder("Good");
        File.WriteAllBytes(folder["Good", "Good.dll"], []);
        var e = Assert.Throws<PluginException>(() => folder.Discover().Find("good"));
        Assert.Equal(PluginFaultCode.NotManaged, e.Fault.Code);
    }

    [Fact]
    public void FoldersThatAreNoPluginsArePassedOver()
    {
        using var folder = new PluginFolder("Good");
        Directory.CreateDirectory(folder["Empty"]);
        Directory.CreateDirectory(folder[".cache", "x"]);
        Directory.CreateDirectory(folder["Half.tmp", "x"]);
        File.WriteAllText(folder["README.md"], "These are plugins.");
        Assert.Empty(folder.Discover().Faults);
        Assert.Empty(PluginCatalog.Discover([folder["nowhere"]]).Plugins);
    }

    [Fact]
    public void TheSampleFits()
    {
        using var folder = new PluginFolder("Sentiment");
        Assert.Empty(folder.Discover().Faults);
        using var instance = folder.Create();
        Assert.Equal("sentiment", instance.Plugin.Name);
    }
}
