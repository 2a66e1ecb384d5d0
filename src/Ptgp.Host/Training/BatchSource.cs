namespace Ptgp.Host.Training;

/// <summary>Gives the batches of every epoch by number, and encodes the next window while the present one is learned from.</summary>
/// <param name="order">Which units stand in which batch.</param>
/// <param name="encode">Encodes the parts of a unit, on any thread.</param>
internal sealed class BatchSource<TPart>(BatchOrder order, Func<int, IReadOnlyList<EncodedExample<TPart>>> encode)
{
    private (int Epoch, int Number) present = (-1, -1), next = (-1, -1);
    private IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>> batches = [];
    private Task<IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>>>? ahead;

    /// <summary>Gets a batch of an epoch, both counted from 0.</summary>
    /// <exception cref="UserException">One of its examples cannot be encoded.</exception>
    public IReadOnlyList<EncodedExample<TPart>> Get(int epoch, int batch)
    {
        (int Epoch, int Number) window = (epoch, batch / BatchOrder.WindowBatches);
        if (window != present)
        {
            batches = ahead is not null && next == window ? ahead.GetAwaiter().GetResult() : Encode(window);
            present = window;
            next = window.Number + 1 < order.WindowsPerEpoch ? (epoch, window.Number + 1) : (epoch + 1, 0);
            var wanted = next;
            ahead = Task.Run(() => Encode(wanted));
        }

        return batches[batch % BatchOrder.WindowBatches];
    }

    private IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>> Encode((int Epoch, int Number) window)
    {
        IReadOnlyList<EncodedExample<TPart>>[] units = [.. order.Window(window.Epoch, window.Number).Select(encode)];
        var cut = order.Cut(window.Epoch, window.Number, units, unit => unit.Max(example => example.Length));
        return [.. cut.Select(batch => batch.SelectMany(unit => unit).ToArray())];
    }
}
