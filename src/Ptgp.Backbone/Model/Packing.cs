using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Lays the texts of a batch behind each other in fewer rows, so that hardly any padding is computed. Each text sees itself alone, from its own position 0 on.</summary>
internal sealed class Packing
{
    private readonly Tensor from;                                 // [rows · length] of int64: the place of the batch that stands there; any where nothing does
    private readonly Tensor back;                                 // [batch · width] of int64: where a place of the batch went; any for padding
    private readonly long batch, width, rows, length;

    /// <summary>Plans rows.</summary>
    /// <param name="mask">True where there is data, <c>[batch, width]</c>; padding may lie anywhere in a row.</param>
    /// <param name="longest">How many positions a row holds, unless a text has more.</param>
    public Packing(Tensor mask, int longest)
    {
        (batch, width) = (mask.size(0), mask.size(1));
        var isData = mask.cpu().contiguous().data<bool>().ToArray();
        int[][] texts = [.. Enumerable.Range(0, (int)batch).Select(text => Enumerable.Range((int)(text * width), (int)width).Where(place => isData[place]).ToArray())];
        var bins = FirstFit([.. texts.Select(text => text.Length)], longest);
        (rows, length) = (bins.Count, Math.Max(1, bins.Max(bin => bin.Sum(text => texts[text].Length))));
        var (places, positions, owners, went) = (new long[rows * length], new long[rows * length], new long[rows * length], new long[batch * width]);
        Array.Fill(owners, -1);
        for (var row = 0; row < rows; row++)
        {
            var at = row * length;
            foreach (var text in bins[row])
            {
                for (var i = 0; i < texts[text].Length; i++, at++)
                {
                    (places[at], positions[at], owners[at], went[texts[text][i]]) = (texts[text][i], i, text, at);
                }
            }
        }

        var device = mask.device;
        (from, back) = (tensor(places, device: device), tensor(went, device: device));
        Places = Places.Of(tensor(positions, [rows, length], device: device), Math.Max(1, texts.Max(text => text.Length)));
        var owner = tensor(owners, [rows, length], device: device);
        var future = ones([length, length], ScalarType.Bool, device).triu(1);
        Mask = zeros([rows, length, length], float32, device).masked_fill(owner.unsqueeze(2).ne(owner.unsqueeze(1)).logical_or(future), Transformer.Masked).unsqueeze(1);
    }

    /// <summary>Gets the positions of the rows, which begin anew with each text.</summary>
    public Places Places { get; }

    /// <summary>Gets what hides from each place those after it and other texts, <c>[rows, 1, length, length]</c>.</summary>
    public Tensor Mask { get; }

    /// <summary>Says why a backbone cannot pack; null if it can.</summary>
    public static string? Prevents(TransformerConfig config) =>
        config is not { Encoder: null, Decoder: not null } ? "Packing takes a backbone that writes on from what it reads, such as GPT-2 or Llama, but this one has an encoder. Leave 'packing' out."
        : (config.Decoder.Positions ?? config.Positions) == PositionKind.RelativeSinusoidal ? "Packing takes a backbone that sees one text at a time, but this one remembers segments. Leave 'packing' out."
        : config.Rotary is { DependsOnLength: true } ? "Packing takes positions that do not depend on how long a text is, but this backbone's rotary ones do. Leave 'packing' out."
        : null;

    /// <summary>Puts texts one after the other into the first row that has room.</summary>
    /// <param name="lengths">Their lengths.</param>
    /// <param name="longest">How much a row holds; what is longer has one to itself.</param>
    /// <returns>Which texts stand in each row.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> FirstFit(IReadOnlyList<int> lengths, int longest)
    {
        List<(List<int> Texts, int Length)> rows = [];
        for (var text = 0; text < lengths.Count; text++)
        {
            var row = rows.FindIndex(row => row.Length + lengths[text] <= longest);
            if (row < 0)
            {
                rows.Add(([text], lengths[text]));
            }
            else
            {
                rows[row].Texts.Add(text);
                rows[row] = rows[row] with { Length = rows[row].Length + lengths[text] };
            }
        }

        return [.. rows.Select(row => row.Texts)];
    }

    /// <summary>Lays states into the rows: <c>[batch, width, …]</c> to <c>[rows, length, …]</c>.</summary>
    public Tensor Pack(Tensor states) => Lay(states, from, rows, length);

    /// <summary>Brings states back to the places of the batch: <c>[rows, length, …]</c> to <c>[batch, width, …]</c>. Padding gets any.</summary>
    public Tensor Unpack(Tensor states) => Lay(states, back, batch, width);

    private static Tensor Lay(Tensor states, Tensor places, long rows, long length) => states.flatten(0, 1).index_select(0, places).view([rows, length, .. states.shape[2..]]);
}
