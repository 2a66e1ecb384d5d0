using Ptgp.Backbone;

namespace Ptgp.Host.Commands;

/// <summary>Turns failures into what a user reads and what the process ends with: the only place that does.</summary>
internal static class Failures
{
    /// <summary>Says what failed, whole with <c>--verbose</c>.</summary>
    /// <returns>What the process ends with.</returns>
    public static int Report(Exception failure, CommandContext context)
    {
        failure = failure is AggregateException { InnerExceptions.Count: 1 } aggregate ? aggregate.InnerException! : failure;
        var (message, code) = Explain(failure);
        context.Error.WriteLine(message);
        if (context.IsVerbose && failure is not OperationCanceledException)
        {
            context.Error.WriteLine(failure);
        }

        return code;
    }

    private static (string Message, int ExitCode) Explain(Exception failure) => failure switch
    {
        UserException known => (known.Message, known.ExitCode),
        CheckpointException known => (known.Message, ExitCode.Failed),
        OperationCanceledException => ("Interrupted.", ExitCode.Interrupted),
        InvalidDataException or IOException or UnauthorizedAccessException => (failure.Message, ExitCode.Failed),
        OutOfMemoryException => ("Memory ran out. Use a smaller checkpoint, a narrower dtype or shorter inputs.", ExitCode.Failed),
        DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException } =>
            ($"A native library must load, but does not: {(failure.InnerException ?? failure).Message}", ExitCode.Failed),
        _ => ($"This is a fault of ptgp or of a plugin, not of yours: {failure.GetType().Name}: {failure.Message}\nRun the command again with --verbose to see where, and report that.", ExitCode.Failed),
    };
}
