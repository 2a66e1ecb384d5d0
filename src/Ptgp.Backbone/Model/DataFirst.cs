using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Moves the padding of each row behind its data, where nothing that looks back sees it, and back again.</summary>
internal sealed class DataFirst
{
    private readonly Tensor order, back;                          // [batch, length] of int64

    private DataFirst(Tensor order) => (this.order, back) = (order, order.argsort(1));

    /// <summary>Finds the order of rows; null when their data comes first already.</summary>
    /// <param name="mask">True where there is data, <c>[batch, length]</c>.</param>
    public static DataFirst? Of(Tensor mask)
    {
        var length = mask.size(1);
        var places = Ops.Range(0, length, mask.device).unsqueeze(0);
        if (mask.eq(places.lt(mask.sum(1, true))).all().item<bool>())
        {
            return null;
        }

        var behind = mask.logical_not().to_type(int64) * tensor(length, int64, mask.device);
        return new(Ops.Add(places, behind).argsort(1));
    }

    /// <summary>Moves data first along the second extent: <c>[batch, length, width]</c> to the same.</summary>
    public Tensor Sort(Tensor x) => x.gather(1, order.unsqueeze(-1).expand(x.shape));

    /// <summary>Moves states back, <c>[batch, length, width]</c> to the same.</summary>
    public Tensor Undo(Tensor x) => x.gather(1, back.unsqueeze(-1).expand(x.shape));

    /// <summary>Moves attention back, <c>[batch, heads, length, memory + length]</c> to the same.</summary>
    public Tensor UndoAttention(Tensor x)
    {
        var memory = x.size(3) - x.size(2);
        var keys = cat([Ops.Range(0, memory, x.device).expand(x.size(0), -1), Ops.Add(back, tensor(memory, int64, x.device))], 1);
        var rows = x.gather(2, back.unsqueeze(1).unsqueeze(-1).expand(x.shape));
        return rows.gather(3, keys.unsqueeze(1).unsqueeze(1).expand(x.shape));
    }
}
