using System.Text.Json;
using System.Threading.Channels;
using Ptgp.Backbone;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>Asks a task many lines at a time, so that the host can batch them, and writes the answers in the lines' order as they come.</summary>
/// <param name="runner">The task.</param>
/// <param name="from">What a line in is.</param>
/// <param name="to">What an answer is written as.</param>
/// <param name="generation">How answers are written.</param>
/// <param name="status">Shows how far answers have come that take long; null for nothing.</param>
/// <param name="file">How answers in text become files of their own; null where they are lines.</param>
internal sealed class AnswerLines(ITaskRunner runner, LineFormat from, LineFormat to, GenerationOptions generation, StatusLine? status = null, AnswerFile<object, object>? file = null)
{
    /// <summary>How many lines are asked and not yet written, at most.</summary>
    public const int Window = 512;

    // Reading from a terminal cannot be called off.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Gets what is told of fields of inputs that nothing reads.</summary>
    public required UnknownFields Unknown { get; init; }

    /// <summary>Gets what counts what answers in lines of text leave out; null for nothing.</summary>
    public TextLosses? Losses { get; init; }

    /// <summary>Gets how many answers were written.</summary>
    public int Written { get; private set; }

    /// <summary>Answers all lines. When one fails, or all are called off, those answered before it are written all the same.</summary>
    /// <exception cref="UserException">A line is no input of the task, or was not answered; the message names it.</exception>
    public async Task RunAsync(IAsyncEnumerable<InputLine> lines, IAnswerOutput output, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asked = Channel.CreateBounded<Task<Rendered>>(new BoundedChannelOptions(Window) { SingleReader = true, SingleWriter = true });
        var asking = Task.Run(() => AskAsync(lines, asked.Writer, stop.Token), CancellationToken.None);
        try
        {
            // What was asked is waited for, called off or not: its own task says whether it was answered.
            while (asked.Reader.TryPeek(out _) || await asked.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                while (asked.Reader.TryRead(out var answer))
                {
                    if (!answer.IsCompleted)
                    {
                        await output.FlushAsync().ConfigureAwait(false);
                    }

                    var (text, name) = await answer.ConfigureAwait(false);
                    status?.Clear();
                    await output.WriteAsync(text, name).ConfigureAwait(false);
                    Written++;
                }

                await output.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await asking.WaitAsync(Patience, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (asked.Reader.TryRead(out var rest))
            {
                await ((Task)rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await asking.ConfigureAwait(false);
    }

    private async Task AskAsync(IAsyncEnumerable<InputLine> lines, ChannelWriter<Task<Rendered>> asked, CancellationToken cancellation)
    {
        try
        {
            await foreach (var line in lines.WithCancellation(cancellation).ConfigureAwait(false))
            {
                if (!line.IsEmpty)
                {
                    await asked.WriteAsync(AnswerAsync(line, cancellation), cancellation).ConfigureAwait(false);
                }
                else if (file is null)
                {
                    await asked.WriteAsync(Task.FromResult(new Rendered("", null)), cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            asked.Complete();
        }
    }

    private async Task<Rendered> AnswerAsync(InputLine line, CancellationToken cancellation)
    {
        try
        {
            var input = AskedInputs.Parse(runner, from, line, Unknown);
            var answer = await runner.AnswerAsync(input, generation, Observer(line), cancellation).ConfigureAwait(false);
            return to == LineFormat.Jsonl ? new(runner.ToJson(answer).ToJsonString(Json.Line), null)
                : file is not null ? new(file.Write(answer), file.Name?.Invoke(input))
                : new(OneLine(InText(answer)), null);
        }
        catch (Exception refused) when (refused is FormatException or JsonException or UserException or CheckpointException)
        {
            var message = line.Place.Length == 0 ? refused.Message : $"{line.Place}: {refused.Message}";
            throw refused is UsageException ? new UsageException(message, refused) : new UserException(message, refused);
        }
    }

    private string InText(object answer)
    {
        Losses?.Count(runner.ToJson(answer));
        return runner.ToText(answer);
    }

    private AnswerObserver? Observer(InputLine line) => status is null ? null : new()
    {
        OnProgress = share => status.Show($"{line.Place}{(line.Place.Length > 0 ? ": " : "")}{Math.Floor(100 * share)} %"),
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private readonly record struct Rendered(string Text, string? Name);
}
