using Microsoft.Extensions.Logging;

namespace Ptgp.Host.Plugins;

/// <summary>Gives plugins loggers that say what they log beside the results: warnings and errors as such, information as status, the rest as detail.</summary>
internal sealed class PluginLogging(IConsoleLog? log) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(log, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("A plugin's log goes to the host's and nowhere else.");

    public void Dispose()
    {
    }

    private sealed class Logger(IConsoleLog? log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => log is not null && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var message = $"{category}: {formatter(state, exception)}";
            Action<string> say = logLevel >= LogLevel.Warning ? log!.Warn : logLevel == LogLevel.Information ? log!.Status : log!.Detail;
            say(message);
            if (exception is not null)
            {
                log!.Detail(exception.ToString());
            }
        }
    }
}
