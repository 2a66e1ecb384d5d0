namespace Ptgp.Host.Tasks;

/// <summary>What is disposed together, the last first.</summary>
internal sealed class Disposables : IDisposable
{
    private readonly Stack<IDisposable> items = [];

    /// <summary>Takes something in.</summary>
    public T Add<T>(T item) where T : IDisposable
    {
        items.Push(item);
        return item;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        while (items.TryPop(out var item))
        {
            item.Dispose();
        }
    }
}
