namespace Ptgp.Host.Hub;

/// <summary>Asks again what failed for a reason that may pass, after pauses that grow, and not for ever.</summary>
internal sealed class Retries(HubOptions options)
{
    private bool hasProgressed;

    /// <summary>Says that bytes arrived: a connection that is cut after that is opened again at once, as often as it takes.</summary>
    public void Progress() => hasProgressed = true;

    /// <summary>Asks until it works.</summary>
    /// <exception cref="HubTrouble">It failed too often in a row, or the hub asks to wait too long.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            hasProgressed = false;
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (HubTrouble trouble)
            {
                failures = hasProgressed ? 0 : failures + 1;
                var pause = trouble.RetryAfter ?? (failures == 0 ? TimeSpan.Zero : options.FirstPause * Math.Pow(2, failures - 1));
                if (failures >= options.Attempts || pause > options.LongestPause)
                {
                    throw;
                }

                if (pause > TimeSpan.Zero)
                {
                    await options.Pause(pause, cancellation).ConfigureAwait(false);
                }
            }
        }
    }
}
