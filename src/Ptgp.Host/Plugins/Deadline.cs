using System.Runtime.ExceptionServices;

namespace Ptgp.Host.Plugins;

/// <summary>Runs strangers' code on a thread of its own, so that the host goes on when it does not end.</summary>
internal static class Deadline
{
    /// <summary>Runs something and hands on what it answers or throws.</summary>
    /// <exception cref="TimeoutException">It has not ended in time. Its thread goes on, but does not keep the process alive.</exception>
    public static T Run<T>(Func<T> work, TimeSpan time)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            IsBackground = true,
            Name = "plugin",
        };
        thread.Start();
        if (!thread.Join(time))
        {
            throw new TimeoutException();
        }

        failure?.Throw();
        return result!;
    }
}
