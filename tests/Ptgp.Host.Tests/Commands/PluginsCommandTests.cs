using System.Text.Json.Nodes;

namespace Ptgp.Host.Tests.Commands;

public sealed class PluginsCommandTests
{
    private const string Broken = "Plugin 'Broken' must be a .NET assembly, but 'Broken";

    [Fact]
    public async Task APluginThatCannotBeUsedIsListedWithItsReason()
    {
        using var folder = new CommandFolder();
        folder.Write("mine/Broken/Broken.dll", "no assembly");
        var (code, output, error) = await folder.RunAsync("plugins", "--set", "plugins:folders=mine");
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith(Broken, output, StringComparison.Ordinal);
        (code, output, _) = await folder.RunAsync("plugins", "list", "--set", "plugins:folders=mine", "--json");
        Assert.Equal(0, code);
        Assert.Equal(("Broken", "notManaged"), ((string?)JsonNode.Parse(output)!["faults"]![0]!["plugin"], (string?)JsonNode.Parse(output)!["faults"]![0]!["code"]));
    }

    [Fact]
    public async Task TheDoctorFailsWhenAPluginDoes()
    {
        using var folder = new CommandFolder();
        folder.Write("mine/Broken/Broken.dll", "no assembly");
        folder.Write("mine/Other/Other.dll", "no assembly");
        var (code, output, _) = await folder.RunAsync("plugins", "doctor", "mine/Broken");
        Assert.Equal((1, 2), (code, output.Split('\n').Length));
        Assert.StartsWith(Broken, output, StringComparison.Ordinal);
        (code, output, _) = await folder.RunAsync("plugins", "doctor", "mine");
        Assert.Equal((1, 3), (code, output.Split('\n').Length));
    }

    [Theory]
    [InlineData(2, "PATH must name a folder, but there is nothing at 'HERE/no'.", "no")]
    [InlineData(1, "There must be a plugin to look at, as FOLDER/Name/Name.dll, but there is none in 'HERE/model'.", "model")]
    public async Task TheDoctorNeedsAPatient(int exit, string message, string path)
    {
        using var folder = new CommandFolder();
        Assert.Equal((exit, "", message.Replace("HERE", folder.Path, StringComparison.Ordinal) + "\n"), await folder.RunAsync("plugins", "doctor", path));
    }

    [Fact]
    public async Task ALockListsWhatIsThere()
    {
        using var folder = new CommandFolder();
        folder.Write("mine/Some/Some.dll", "whatever");
        var (code, output, _) = await folder.RunAsync("plugins", "lock", "--set", "plugins:folders=mine", "--set", "plugins:trust=listed");
        Assert.Equal((0, $"1 plugin listed in '{folder["plugins.lock.json"]}': Some.\n"), (code, output));
        Assert.True(File.Exists(folder["plugins.lock.json"]));
    }
}
