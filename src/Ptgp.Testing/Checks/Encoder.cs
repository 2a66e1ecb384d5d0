using static TorchSharp.torch;

namespace Ptgp.Testing.Checks;

/// <summary>Makes of encoded parts what the host gives to a head.</summary>
internal static class Encoder
{
    public static EncodedBatch<TPart> Encode<TInput, TPart, TPartOutput, TOutput>(
        TaskHead<TInput, TPart, TPartOutput, TOutput> head, TinyBackbone backbone, IReadOnlyList<Row<TPart>> rows, bool learning)
    {
        var batch = TinyBatch.Of([.. rows.Select(row => row.Features)], backbone.Tokenizer.PadId);
        return new()
        {
            Parts = [.. rows.Select(row => row.Part)],
            Batch = batch,
            Encoded = backbone.Encode(head.Embed(batch)),
            Labels = learning ? TinyBatch.Labels([.. rows.Select(row => row.Target!)]) : empty([rows.Count, 0], int64),
            Values = learning ? TinyBatch.Values([.. rows.Select(row => row.Target!)]) : empty([rows.Count, 0], float32),
        };
    }
}
