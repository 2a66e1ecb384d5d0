using Ptgp.Host.Hub;
using Spectre.Console;

namespace Ptgp.Host.Commands;

/// <summary>Draws on a terminal how a pull goes on.</summary>
internal sealed class PullBar : PullDisplay
{
    private readonly IAnsiConsole console;
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task drawing;
    private volatile ProgressTask? bar;

    public PullBar(CommandContext context)
    {
        console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(context.Error) });
        drawing = console.Progress().Columns(new ProgressBarColumn(), new DownloadedColumn { Base = FileSizeBase.Decimal }, new TransferSpeedColumn { Base = FileSizeBase.Decimal }, new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context =>
            {
                bar = context.AddTask("asking the hub", maxValue: 1);
                return over.Task;
            });
    }

    public override void Begin(HubFile file)
    {
        if (bar is { } task)
        {
            task.Description = Markup.Escape(file.Name);
        }
    }

    public override void Say(string message) => console.MarkupLineInterpolated($"{message}");

    public override void Dispose()
    {
        over.TrySetResult();
        drawing.GetAwaiter().GetResult();
    }

    protected override void Show(long done, long total)
    {
        if (bar is { } task && total > 0)
        {
            task.MaxValue = total;
            task.Value = done;
        }
    }
}
