namespace Ptgp.Host.Pretraining;

/// <summary>Objectives that write what follows: causal and prefix language modelling.</summary>
internal static class Continuation
{
    /// <summary>Splits tokens into what is read and what is written to it.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="split">How many are read.</param>
    /// <param name="end">The id that ends both sides.</param>
    public static Learned Prefix(IReadOnlyList<int> ids, int split, int end) => new([.. ids.Take(split), end], [.. ids.Skip(split), end]);

    /// <summary>The same in the mixture of Tay et al. 2022: a mode before what is read, and a sentinel where it goes on.</summary>
    public static Learned Prefix(IReadOnlyList<int> ids, int split, int end, int mode, int sentinel) => new([mode, .. ids.Take(split), sentinel, end], [sentinel, .. ids.Skip(split), end]);

    /// <summary>Splits tokens for a decoder that stands alone, which writes on in the same sequence.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="split">How many are read; with 1, all that can be predicted is.</param>
    /// <param name="end">The id that ends what is written; null for none.</param>
    public static Learned InOne(IReadOnlyList<int> ids, int split, int? end) => new([.. ids.Take(split)], [.. ids.Skip(split), .. end is { } last ? [last] : (int[])[]]);

    /// <summary>Joins documents and cuts them into blocks; what is left over is dropped, unless it is all there is. Each block is its own labels, not yet shifted.</summary>
    /// <param name="documents">The documents, each with its end.</param>
    /// <param name="size">How many tokens a block has.</param>
    public static IEnumerable<T[]> Group<T>(IEnumerable<IReadOnlyList<T>> documents, int size)
    {
        var (block, isAny) = (new List<T>(size), false);
        foreach (var token in documents.SelectMany(document => document))
        {
            block.Add(token);
            if (block.Count == size)
            {
                isAny = true;
                yield return [.. block];
                block.Clear();
            }
        }

        if (!isAny && block.Count > 0)
        {
            yield return [.. block];
        }
    }
}
