using System.Diagnostics;
using System.Text.Json.Nodes;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tests.Plugins;

namespace Ptgp.Host.Tests.Samples;

/// <summary>What docs/first-plugin.md promises: the sample is built, dropped into a folder, found, trained and asked, by the executable that users run.</summary>
public sealed class SentimentTests : IDisposable
{
    private readonly PluginFolder folder = new("Sentiment");
    private readonly string home;
    private string said = "";

    public SentimentTests()
    {
        home = Path.GetDirectoryName(folder.Root)!;
        File.Copy(Path.Combine(Repository.Root, "samples", "Sentiment", "reviews.tsv"), Path.Combine(home, "reviews.tsv"));
        File.WriteAllText(Path.Combine(home, "ptgp.json"), $$"""
            {
              "plugins": { "folders": ["plugins"] },
              "backbones": { "base": { "checkpoint": {{JsonValue.Create(Path.Combine(Repository.Root, "models", "multi30k-en-de-marian")).ToJsonString()}}, "device": "cpu", "threads": 1 } },
              "tasks": { "feelings": { "plugin": "sentiment", "backbone": "base" } }
            }
            """);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ItIsFoundTrainedAndAsked()
    {
        Assert.Contains($"sentiment  1.0.0, contract {SharedAssemblies.ContractVersion}, in '{folder["Sentiment"]}'", Ptgp("plugins"), StringComparison.Ordinal);
        var untrained = Accuracy();
        Assert.Contains("Warning: Task 'feelings' answers by a head that was never trained", said, StringComparison.Ordinal);
        Ptgp("train", "feelings", "--data", "reviews.tsv", "--held-out", "reviews.tsv", "--output", "learned", "--recipe", "epochs=60");
        File.WriteAllText(Path.Combine(home, "ptgp.json"), File.ReadAllText(Path.Combine(home, "ptgp.json")).Replace("\"backbone\": \"base\"", "\"backbone\": \"base\", \"adapter\": \"learned\"", StringComparison.Ordinal));
        Assert.True(untrained < 1, "A fresh head must not know the answers, or the test shows nothing.");
        Assert.Equal(1, Accuracy());
        Assert.DoesNotContain("Warning", said, StringComparison.Ordinal);
        Assert.Equal("Positive\nNegative\n", Ptgp("run", "feelings", "A warm, funny film that stays with you.", "Dull, loud and far too long."));
    }

    private double Accuracy() => (double)JsonNode.Parse(Ptgp("evaluate", "feelings", "--data", "reviews.tsv", "--json"))!["metrics"]!["accuracy"]!;

    // Standard output; what is said beside it is kept, and shown when the command fails.
    private string Ptgp(params string[] arguments)
    {
        var host = Path.Combine(Repository.BuiltHost, "ptgp.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [host, .. arguments])
        {
            WorkingDirectory = home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        said = error.GetAwaiter().GetResult();
        Assert.True(process.ExitCode == 0, $"ptgp {string.Join(' ', arguments)} must succeed, but ends with {process.ExitCode}:\n{said}{output}");
        return output;
    }
}
