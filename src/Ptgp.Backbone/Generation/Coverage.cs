namespace Ptgp.Backbone.Generation;

/// <summary>How much of an input a text has looked at (Wu et al. 2016, section 7).</summary>
internal static class Coverage
{
    /// <summary>Sums over the input's places the logarithm of all attention that each has had, as far as it is below 1: 0 where nothing was left out, and the lower the more was.</summary>
    /// <param name="attention">Attention of the written tokens (rows) to the input's places (columns).</param>
    public static double Of(float[,] attention)
    {
        var sum = 0.0;
        for (var place = 0; place < attention.GetLength(1); place++)
        {
            var had = 0.0;
            for (var step = 0; step < attention.GetLength(0); step++)
            {
                had += attention[step, place];
            }

            sum += Math.Log(Math.Clamp(had, 1e-9, 1));
        }

        return sum;
    }
}
