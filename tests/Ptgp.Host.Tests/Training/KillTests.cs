using System.Diagnostics;
using Ptgp.Backbone;

namespace Ptgp.Host.Tests.Training;

/// <summary>The executable that users run, killed in the middle of a training and told to go on.</summary>
public sealed class KillTests : IDisposable
{
    private const int Steps = 120;

    private readonly TemporaryFolder folder = new();

    public KillTests()
    {
        FreshCheckpoint.Write(FreshShape.All.Single(shape => shape.Name == "tiny"), folder["fresh"], Repository.Fixture("models", "marian"), seed: 1);
        folder.Write("ptgp.json", """
            { "backbones": { "base": { "checkpoint": "fresh", "device": "cpu", "threads": 1 } }, "tasks": { "en-de": { "plugin": "translation", "backbone": "base", "options": { "from": "en", "to": "de" } } } }
            """);
        folder.Write("pairs.tsv", string.Concat(Enumerable.Range(0, 23).Select(i => $"{i} {i * 7} {i * i}\t{string.Join(' ', Enumerable.Repeat(i, 1 + (i % 5)))}\n")));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WhatIsKilledAtAnyStepGoesOnAsIfItHadNotBeen() => Kill(times: 2, seed: Environment.TickCount);

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhatIsKilledAgainAndAgainGoesOnAsIfItHadNotBeen(int seed) => Kill(times: 15, seed);

    private void Kill(int times, int seed)
    {
        Random random = new(seed);
        using (var whole = Start("whole", resumes: false))
        {
            whole.WaitForExit();
            Assert.Equal(0, whole.ExitCode);
        }

        var kills = 0;
        for (var from = 0; kills < times; from++)
        {
            // From right at the start to near the end; what is behind the last checkpoint is lost and made again.
            var step = (Steps * kills / times) + random.Next(Steps / times) + 1;
            using var process = Start("broken", resumes: from > 0);
            while (!process.HasExited && Written() < step)
            {
                Thread.Sleep(1);
            }

            if (process.HasExited)
            {
                Assert.Equal(0, process.ExitCode);
                break;
            }

            process.Kill();
            process.WaitForExit();
            kills++;
        }

        Assert.True(kills > 0, "The training was over before it could be killed.");
        using (var last = Start("broken", resumes: true))
        {
            last.WaitForExit();
            Assert.Equal(0, last.ExitCode);
        }

        NumbersTraining.AssertSame(folder["whole"], folder["broken"]);
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed {kills} times, seed {seed}.");
    }

    private int Written()
    {
        try
        {
            return File.ReadLines(folder["broken/metrics.jsonl"]).Count();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private Process Start(string output, bool resumes)
    {
        var host = Path.Combine(Repository.BuiltHost, "ptgp.dll");
        string[] recipe = ["tuning=lowRank", $"maxSteps={Steps}", "evaluateEvery=17", "batchSize=3", "accumulation=2", "shuffleBuffer=9", "dropout=0.1", "learningRate=0.01", "keepLast=2", "ema=0.9", "gradientCheckpointing=true"];
        return Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [host, "train", "en-de", "--data", "pairs.tsv", "--output", output, .. recipe.SelectMany(change => new[] { "--recipe", change }), .. resumes ? new[] { "--resume" } : []])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
