using System.Diagnostics;
using System.Reflection;
using Ptgp.Host.Plugins;

namespace Ptgp.Architecture.Tests;

/// <summary>What a stranger does who has our packages and no clone: a sample is copied elsewhere and built against a folder of packages.</summary>
public sealed class PackageTests : IClassFixture<PackageTests.Elsewhere>
{
    private readonly Elsewhere elsewhere;

    public PackageTests(Elsewhere elsewhere) => this.elsewhere = elsewhere;

    [Fact]
    public void TheSampleBuildsFromPackagesAndBringsNothingOfTheHosts()
    {
        var output = elsewhere.Build("plugins/Sentiment", project => project);
        Assert.True(output.Succeeded, output.Text);
        Assert.Equal(
            ["CsvHelper.dll", "Ptgp.Toolkit.dll", "Sentiment.deps.json", "Sentiment.dll", "Sentiment.pdb", "Sentiment.runtimeconfig.json"],
            Directory.EnumerateFileSystemEntries(output.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var catalog = PluginCatalog.Discover([Path.GetDirectoryName(output.Folder)!]);
        Assert.Empty(catalog.Faults);
        Assert.Equal(SharedAssemblies.ContractVersion, catalog.Find("sentiment").Contract);
    }

    [Fact]
    public void ASampleThatShipsTheToolkitBringsItAndWhatItNeeds()
    {
        var output = elsewhere.Build("more/ImageCaptioning", project => project);
        Assert.True(output.Succeeded, output.Text);
        Assert.Equal(
            ["CsvHelper.dll", "ImageCaptioning.deps.json", "ImageCaptioning.dll", "ImageCaptioning.pdb", "ImageCaptioning.runtimeconfig.json", "Ptgp.Toolkit.dll"],
            Directory.EnumerateFileSystemEntries(output.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var catalog = PluginCatalog.Discover([Path.GetDirectoryName(output.Folder)!]);
        Assert.Empty(catalog.Faults);
        using var plugin = catalog.Find("imagecaptioning").Create(new() { TaskName = "describe" });
        Assert.Equal("imagecaptioning", plugin.Plugin.Name);
    }

    [Fact]
    public void APluginThatWouldBringTheContractDoesNotBuild()
    {
        var output = elsewhere.Build("wrong/Sentiment", project => project.Replace(" ExcludeAssets=\"runtime\"", "", StringComparison.Ordinal));
        Assert.False(output.Succeeded);
        Assert.Contains(
            "error PTGP001: Plugin 'Sentiment' must not bring what the host brings, but would copy Ptgp.Abstractions.dll into its output. Add ExcludeAssets=\"runtime;native\" to the reference they come from",
            output.Text,
            StringComparison.Ordinal);
    }

    /// <summary>A folder outside of the repository, with a feed that holds our packages.</summary>
    public sealed class Elsewhere : IDisposable
    {
        // One that nobody has: whoever followed the guide has ours of another day among his packages, and NuGet would take that.
        private const string Version = "1.0.0-elsewhere";

        private readonly TemporaryFolder home = new();

        public Elsewhere()
        {
            var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Split('_')[0];
            foreach (var package in new[] { "Ptgp.Abstractions", "Ptgp.Toolkit" })
            {
                var (code, text) = Dotnet("pack", Path.Combine(Repository.Root, "src", package), "-c", configuration, "--no-build", $"-p:PackageVersion={Version}", "-o", home["feed"]);
                Assert.True(code == 0, text);
            }
        }

        internal (bool Succeeded, string Text, string Folder) Build(string place, Func<string, string> change)
        {
            var name = Path.GetFileName(place);
            var (sample, source) = (Path.Combine(Repository.Root, "samples", name), home["source/" + place]);
            foreach (var file in Directory.EnumerateFiles(sample, "*.cs", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(source, Path.GetRelativePath(sample, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            var project = Path.Combine(source, name + ".csproj");
            File.WriteAllText(project, change(File.ReadAllText(Path.Combine(sample, name + ".csproj")).Replace("\"1.0.0\"", $"\"{Version}\"", StringComparison.Ordinal)));

            // Everything but our package lies where this build got it from, so that nothing is fetched and nothing of ours stays there.
            var packages = typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "NuGetPackageRoot").Value!;
            var (code, text) = Dotnet(
                "build", project, "-o", home[place], "-p:NuGetAudit=false", $"-p:RestoreSources={home["feed"]}", $"-p:RestorePackagesPath={home["packages"]}", $"-p:RestoreFallbackFolders={packages}");
            return (code == 0, text, home[place]);
        }

        public void Dispose() => home.Dispose();

        private static (int Code, string Text) Dotnet(params string[] arguments)
        {
            var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [.. arguments, "-nologo", "-v:q", "-nodeReuse:false"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Path.GetTempPath(),
            };
            foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            {
                start.Environment.Remove(inherited); // a test runner's own MSBuild settings are not a stranger's
            }

            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var text = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
            process.WaitForExit();
            return (process.ExitCode, text);
        }
    }
}
