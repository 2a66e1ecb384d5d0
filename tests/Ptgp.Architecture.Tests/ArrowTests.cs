using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Ptgp.Architecture.Tests;

/// <summary>Who may know whom: the arrows of docs/architecture.md.</summary>
public partial class ArrowTests
{
    private static readonly Assembly Contract = typeof(ITaskPlugin).Assembly;

    [Fact]
    public void TheContractNeedsTorchSharpAlone() => Assert.Equal(["TorchSharp"], References("Ptgp.Abstractions"));

    [Theory]
    [InlineData("Ptgp.Toolkit", "Ptgp.Abstractions")]
    [InlineData("Ptgp.Backbone", "Ptgp.Abstractions")]
    [InlineData("Ptgp.Testing", "Ptgp.Abstractions", "Ptgp.Backbone")]
    [InlineData("Ptgp.Host", "Ptgp.Abstractions", "Ptgp.Backbone", "Ptgp.Toolkit")]
    [InlineData("Ptgp.Extensions.AI", "Ptgp.Abstractions")]
    public void APartKnowsOnlyWhatStandsAboveIt(string part, params string[] mayKnow)
    {
        var known = References(part).Where(name => name.StartsWith("Ptgp.", StringComparison.Ordinal));
        Assert.All(known, name => Assert.Contains(name, mayKnow));
    }

    [Theory]
    [InlineData("Hub")]
    [InlineData("Scoring")]
    [InlineData("Configuration", "Hub")]
    [InlineData("Plugins", "Configuration")]
    [InlineData("Tasks", "Configuration", "Plugins", "Training", "Explaining")]
    [InlineData("Explaining", "Tasks")]
    [InlineData("Training", "Configuration", "Tasks")]
    [InlineData("Pretraining", "Configuration", "Tasks", "Training")]
    public void AFolderOfTheHostKnowsOnlyThoseBelowIt(string folder, params string[] mayKnow)
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Ptgp.Host", folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Empty(HostFolder().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Except([folder, .. mayKnow])));
    }

    [Fact]
    public void PluginsAreCompiledAgainstContractAndToolkitAlone()
    {
        foreach (var project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "plugins"), "*.csproj", SearchOption.AllDirectories))
        {
            Assert.Equal("<Project Sdk=\"Microsoft.NET.Sdk\" />", File.ReadAllText(project).Trim());
        }

        var references = XDocument.Load(Path.Combine(Repository.Root, "build", "PluginInTree.props")).Descendants("ProjectReference");
        Assert.Equal(["Ptgp.Abstractions", "Ptgp.Toolkit"], references.Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)));
    }

    [Fact]
    public void NobodyRefersToAPlugin()
    {
        var plugins = Directory.EnumerateFiles(Path.Combine(Repository.Root, "plugins"), "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension);
        var projects = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);
        foreach (var project in projects)
        {
            Assert.All(ProjectReferences(project), name => Assert.DoesNotContain(name, plugins));
        }
    }

    [Fact]
    public void TheAssemblyVersionStandsStillWithinAMajor() => Assert.Equal(new Version(1, 0, 0, 0), Contract.GetName().Version);

    [Fact]
    public void TheContractSaysItsVersion()
    {
        var metadata = Contract.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Ptgp.Contract");
        Assert.Equal(Contract.GetName().Version!.Major, Version.Parse(metadata.Value!).Major);
    }

    /// <summary>What a plugin derives from is an abstract class, what it is given a sealed type or an interface: so members can be added.</summary>
    [Fact]
    public void AClassOfTheContractIsAbstractOrSealed() =>
        Assert.All(Contract.GetExportedTypes().Where(type => type.IsClass), type => Assert.True(type.IsSealed || type.IsAbstract, $"{type} must be abstract or sealed."));

    /// <summary>What each project compiled refers to, .NET itself left out.</summary>
    private static IEnumerable<string> References(string part)
    {
        var assembly = part switch
        {
            "Ptgp.Abstractions" => Contract,
            "Ptgp.Host" => Assembly.Load("ptgp"),
            _ => Assembly.Load(part),
        };
        return assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System", StringComparison.Ordinal) && !name.StartsWith("Microsoft", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> ProjectReferences(string project) => XDocument.Load(project).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));

    [GeneratedRegex(@"\bPtgp\.Host\.([A-Z]\w*)")]
    private static partial Regex HostFolder();
}
