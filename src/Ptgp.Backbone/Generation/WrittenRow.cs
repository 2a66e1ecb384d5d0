namespace Ptgp.Backbone.Generation;

/// <summary>The tokens of one row and their log-probabilities, in arrays that grow.</summary>
internal sealed class WrittenRow
{
    private int[] tokens = new int[16];
    private float[] logProbabilities = new float[16];

    public ReadOnlySpan<int> Tokens(int length) => tokens.AsSpan(0, length);

    public ReadOnlySpan<float> LogProbabilities(int length) => logProbabilities.AsSpan(0, length);

    public void Set(int place, int token, float logProbability)
    {
        if (place >= tokens.Length)
        {
            Array.Resize(ref tokens, tokens.Length * 2);
            Array.Resize(ref logProbabilities, tokens.Length);
        }

        tokens[place] = token;
        logProbabilities[place] = logProbability;
    }

    /// <summary>Begins like another row.</summary>
    public void CopyFrom(WrittenRow other, int length)
    {
        if (tokens.Length < other.tokens.Length)
        {
            Array.Resize(ref tokens, other.tokens.Length);
            Array.Resize(ref logProbabilities, other.tokens.Length);
        }

        other.tokens.AsSpan(0, length).CopyTo(tokens);
        other.logProbabilities.AsSpan(0, length).CopyTo(logProbabilities);
    }
}
