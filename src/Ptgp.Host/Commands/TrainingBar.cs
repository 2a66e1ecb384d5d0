using Ptgp.Host.Tasks;
using Spectre.Console;

namespace Ptgp.Host.Commands;

/// <summary>Draws on a terminal how a training goes on.</summary>
internal sealed class TrainingBar : TrainingDisplay
{
    private readonly IAnsiConsole console;
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task drawing;
    private readonly Dictionary<string, ProgressTask> bars = [];
    private ProgressContext? progress;

    public TrainingBar(CommandContext context)
    {
        console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(context.Error) });
        drawing = console.Progress().Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new RemainingTimeColumn())
            .StartAsync(context =>
            {
                bars[""] = context.AddTask("waiting for the first step");
                progress = context;
                return over.Task;
            });
    }

    protected override void Show(TrainingStep step, string figures)
    {
        if (progress is not null)
        {
            // The bar that waited becomes the first task's.
            if (!bars.TryGetValue(step.Task ?? "", out var task) && !bars.Remove("", out task))
            {
                task = progress.AddTask(step.Task!);
            }

            bars[step.Task ?? ""] = task;
            task.MaxValue = step.Steps;
            task.Value = step.Step;
            task.Description = Markup.Escape($"{Of(step.Task)}{step.Step}/{step.Steps}  {figures}");
        }
    }

    protected override void ShowLine(string line) => console.MarkupLineInterpolated($"{line}");

    public override void Dispose()
    {
        over.TrySetResult();
        drawing.GetAwaiter().GetResult();
    }
}
