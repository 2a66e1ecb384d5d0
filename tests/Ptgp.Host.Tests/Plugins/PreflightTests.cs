using CsCheck;
using Ptgp.Host.Plugins;
using Ptgp.Host.Plugins.Preflight;

namespace Ptgp.Host.Tests.Plugins;

/// <summary>What is found in a plugin's files before any of its code runs.</summary>
public class PreflightTests
{
    [Fact]
    public void AFolderMustHoldAnAssemblyOfItsName()
    {
        using var folder = new PluginFolder("Good");
        File.Move(folder["Good", "Good.dll"], folder["Good", "Better.dll"]);
        Expect(folder, PluginFaultCode.NoAssembly,
            $"Plugin 'Good' must be an assembly named as its folder, but '{folder["Good"]}' holds no 'Good.dll'. Name the folder as the assembly, or move it out of the plugins folder.");
    }

    [Fact]
    public void AnEmptyFileIsNoAssembly()
    {
        using var folder = new PluginFolder("Good");
        File.WriteAllBytes(folder["Good", "Good.dll"], []);
        Expect(folder, PluginFaultCode.NotManaged, "Plugin 'Good' must be a .NET assembly, but 'Good.dll' is empty. Copy the plugin's output folder again.");
    }

    [Fact]
    public void ANativeLibraryUnderAnotherNameIsNoAssembly()
    {
        using var folder = new PluginFolder("Good");
        File.WriteAllBytes(folder["Good", "Good.dll"], [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0]);
        Expect(folder, PluginFaultCode.NotManaged, "Plugin 'Good' must be a .NET assembly, but 'Good.dll' is a native library of Linux. Copy the plugin's output folder again.");
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void AnAssemblyThatIsCutShortIsNotLoaded(double share)
    {
        using var folder = new PluginFolder("Good");
        var whole = File.ReadAllBytes(folder["Good", "Good.dll"]);
        File.WriteAllBytes(folder["Good", "Good.dll"], whole[..(int)(whole.Length * share)]);
        var fault = folder.Fault();
        Assert.Equal(PluginFaultCode.Damaged, fault.Code);
        Assert.Matches("^Plugin 'Good' must be a whole .NET assembly, but 'Good.dll' is (cut short|damaged). Copy the plugin's output folder again.$", fault.ToString());
    }

    [Fact]
    public void ADamagedAssemblyIsReportedAndNothingWorse() => Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[1, 20].Sample(
        changes =>
        {
            using var folder = new PluginFolder("Good");
            var bytes = File.ReadAllBytes(folder["Good", "Good.dll"]);
            foreach (var (place, value) in changes)
            {
                bytes[(int)(place * (bytes.Length - 1))] = value;
            }

            File.WriteAllBytes(folder["Good", "Good.dll"], bytes);
            var (manifest, fault) = PluginCheck.Check(folder["Good"], ["Good.dll", "Good.deps.json"]);
            Assert.True(manifest is null != fault is null);
        },
        iter: 500,
        threads: 1);

    [Fact]
    public void ALaterContractOfTheSameMajorIsNamed()
    {
        using var folder = new PluginFolder("NewerMinor");
        var host = SharedAssemblies.ContractVersion;
        Expect(folder, PluginFaultCode.Contract,
            $"Plugin 'NewerMinor' was built against Ptgp.Abstractions 1.999, but this host has {host}. Use a host of version 1.999 or later, or rebuild the plugin against {host}.");
    }

    [Fact]
    public void AnotherMajorContractIsNamed()
    {
        using var folder = new PluginFolder("NextMajor");
        Expect(folder, PluginFaultCode.Contract,
            $"Plugin 'NextMajor' was built against Ptgp.Abstractions 2.0, but this host has {SharedAssemblies.ContractVersion}. Use a host of version 2, or rebuild the plugin.");
    }

    [Fact]
    public void AMemberThatTheHostLacksIsNamed()
    {
        using var folder = new PluginFolder("NewerMember");
        Expect(folder, PluginFaultCode.MissingMember,
            "Plugin 'NewerMember' uses Ptgp.FineTuningRecipe.NewerThanYou, which this host's Ptgp.Abstractions lacks (NewerMember.dll). " +
            $"Rebuild the plugin against this host's Ptgp.Abstractions {SharedAssemblies.ContractVersion}.");
    }

    [Fact]
    public void ALaterTorchSharpIsNamed()
    {
        using var folder = new PluginFolder("NewerTorchSharp");
        var host = typeof(TorchSharp.torch).Assembly.GetName().Version;
        Expect(folder, PluginFaultCode.SharedVersion,
            $"Plugin 'NewerTorchSharp' was built against TorchSharp 0.999.0.0, but this host has {host}. Use a newer host, or rebuild the plugin against the host's version.");
    }

    [Theory]
    [InlineData("NoEntryType", "has none.")]
    [InlineData("AbstractEntryType", "its 'Ptgp.BadPlugins.AbstractEntryType' is abstract.")]
    [InlineData("InternalEntryType", "its 'Ptgp.BadPlugins.InternalEntryType' is not public.")]
    [InlineData("TwoEntryTypes", "has 2: Ptgp.BadPlugins.First, Ptgp.BadPlugins.Second.")]
    public void ThereMustBeOnePluginClass(string plugin, string lack)
    {
        using var folder = new PluginFolder(plugin);
        Expect(folder, PluginFaultCode.EntryType,
            $"Plugin '{plugin}' must have one public class that derives from Ptgp.Abstractions's TaskPlugin, but {lack} Make exactly one such class public, not abstract and not generic.");
    }

    [Theory]
    [InlineData("Ptgp.Abstractions.dll")]
    [InlineData("TorchSharp.dll")]
    [InlineData("libtorch_cpu.so")]
    [InlineData("libLibTorchSharp.so")]
    [InlineData("c10.dll")]
    public void APluginBringsNothingThatTheHostBrings(string file)
    {
        using var folder = new PluginFolder("Good");
        File.WriteAllText(folder["Good", file], "a copy");
        Expect(folder, PluginFaultCode.HostFiles,
            $"Plugin 'Good' must leave the contract, TorchSharp and libtorch to the host, but brings '{file}'. " +
            "Remove that file; when building, add ExcludeAssets=\"runtime;native\" to the reference it comes from.");
    }

    [Fact]
    public void AnAssemblyThatTheBuildDidNotBringIsNamed()
    {
        using var folder = new PluginFolder("LacksDependency");
        Expect(folder, PluginFaultCode.MissingDependency,
            "Plugin 'LacksDependency' needs 'Library' 1.0.0.0, which its folder lacks. " +
            "Copy the whole output folder of the plugin; its project must set EnableDynamicLoading to true, so that the build puts its packages there.");
    }

    [Fact]
    public void AnAssemblyThatGotLostIsNamedWithWhatItCameFrom()
    {
        using var folder = new PluginFolder("WithDependency");
        File.Delete(folder["WithDependency", "Library.dll"]);
        Assert.StartsWith("Plugin 'WithDependency' needs 'Library.dll' of Library 1.0.0, which its folder lacks.", folder.Fault().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void BrokenDependenciesAreNamed()
    {
        using var folder = new PluginFolder("Good");
        File.WriteAllText(folder["Good", "Good.deps.json"], "{ \"targets\"");
        Expect(folder, PluginFaultCode.Damaged, "Plugin 'Good' must have a Good.deps.json as the build writes it, but the file is broken. Copy the plugin's output folder again.");
    }

    [Fact]
    public void APluginNamesNoOtherFolders()
    {
        using var folder = new PluginFolder("Good");
        File.WriteAllText(folder["Good", "Good.runtimeconfig.json"], """{ "runtimeOptions": { "tfm": "net10.0", "additionalProbingPaths": ["/somewhere"] } }""");
        Expect(folder, PluginFaultCode.ProbingPaths,
            "Plugin 'Good' must hold all it loads, but its 'Good.runtimeconfig.json' names further folders (additionalProbingPaths). " +
            "Remove 'Good.runtimeconfig.json'; the host does not need it.");
    }

    [Fact]
    public void APluginWithoutDependenciesFileIsFine()
    {
        using var folder = new PluginFolder("WithDependency");
        File.Delete(folder["WithDependency", "WithDependency.deps.json"]);
        using var instance = folder.Create();
        Assert.Equal("hello", ((TaskPlugin<string, string>)instance.Plugin).ToText("x"));
    }

    private static void Expect(PluginFolder folder, PluginFaultCode code, string message)
    {
        var fault = folder.Fault();
        Assert.Equal(message, fault.ToString());
        Assert.Equal(code, fault.Code);
    }
}
