using System.Diagnostics;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>Says in lines how a training goes on: about fifty of them, whatever its length, and more where steps are slow.</summary>
internal sealed class TrainingLog(IConsoleLog log) : TrainingDisplay
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);
    private long last = Stopwatch.GetTimestamp();

    protected override void Show(TrainingStep step, string figures)
    {
        var remaining = Remaining(step);
        if (step.Step == 1 || step.Step == step.Steps || step.Step % Math.Max(1, step.Steps / 50) == 0 || Stopwatch.GetElapsedTime(last) > Silence)
        {
            last = Stopwatch.GetTimestamp();
            log.Status($"{Of(step.Task)}step {step.Step}/{step.Steps}  {figures}{(remaining is { } left ? $"  {TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)):c} left" : "")}");
        }
    }

    protected override void ShowLine(string line) => log.Status(line);

    public override void Dispose()
    {
        // Lines stand as they are.
    }
}
