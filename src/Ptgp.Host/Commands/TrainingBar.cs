using Ptgp.Host.Tasks;
using Spectre.Console;

namespace Ptgp.Host.Commands;

/// <summary>Draws on a terminal how a training goes on.</summary>
internal sealed class TrainingBar : TrainingDisplay
{
    private readonly IAnsiConsole console;
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task drawing;
    private ProgressTask? bar;

    public TrainingBar(CommandContext context)
    {
        console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(context.Error) });
        drawing = console.Progress().Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new RemainingTimeColumn())
            .StartAsync(context =>
            {
                bar = context.AddTask("waiting for the first step");
                return over.Task;
            });
    }

    public override void Show(TrainingStep step)
    {
        if (bar is { } task)
        {
            task.MaxValue = step.Steps;
            task.Value = step.Step;
            task.Description = Markup.Escape($"{step.Step}/{step.Steps}  {Say(step)}");
        }
    }

    public override void Show(TrainingEvaluation evaluation) => console.MarkupLineInterpolated($"{Say(evaluation)}");

    public override void Dispose()
    {
        over.TrySetResult();
        drawing.GetAwaiter().GetResult();
    }
}
