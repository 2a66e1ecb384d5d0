namespace Ptgp.Host.Commands;

/// <summary>A folder for what nobody keeps; it is gone when this is disposed.</summary>
internal sealed class ThrowawayFolder : IDisposable
{
    /// <summary>Gets its path.</summary>
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ptgp-trial-{Guid.NewGuid():N}");

    /// <inheritdoc />
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
