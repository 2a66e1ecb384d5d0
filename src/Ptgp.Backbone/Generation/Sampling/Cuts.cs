namespace Ptgp.Backbone.Generation.Sampling;

/// <summary>What the options of drawing make of a row's scores, in the reference's order.</summary>
internal static class Cuts
{
    /// <summary>Gets how many of the likeliest are kept, ties with the last of them too; 0 for all. The first cut, which is made while the row is read.</summary>
    public static int Likeliest(ResolvedOptions options) => options.TopK == 0 ? 0 : Math.Max(options.TopK, options.FewestDrawn);

    /// <summary>Makes all other cuts.</summary>
    /// <param name="list">The <see cref="Likeliest"/> of a row.</param>
    /// <param name="options">The options.</param>
    /// <param name="normalizer">What is taken from each score to begin with.</param>
    public static void Make(Shortlist list, ResolvedOptions options, double normalizer = 0)
    {
        var fewest = options.FewestDrawn;
        list.Scale(normalizer, options.Temperature);
        if (options.TopP < 1)
        {
            list.KeepLikeliest(options.TopP, fewest);
        }

        if (options.MinP > 0)
        {
            list.KeepFrom(list.Best(1) + Math.Log(options.MinP), fewest);
        }

        if (options.TypicalP < 1)
        {
            list.KeepMostTypical(options.TypicalP, fewest);
        }

        if (options.EpsilonCutoff > 0)
        {
            list.KeepFrom(list.LogSumExp() + Math.Log(options.EpsilonCutoff), fewest);
        }

        if (options.EtaCutoff > 0)
        {
            var cutoff = Math.Min(options.EtaCutoff, Math.Sqrt(options.EtaCutoff) * Math.Exp(-list.Entropy()));
            list.KeepFrom(list.LogSumExp() + Math.Log(cutoff), fewest);
        }

        if (options.RenormalizeLogits)
        {
            list.Scale(list.LogSumExp(), 1);
        }
    }
}
