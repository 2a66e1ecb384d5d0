namespace Ptgp.Toolkit.Heads;

/// <summary>Finds the ways to go on at a place of a text that is written: the likeliest tokens there, each with the rest that is written after it.</summary>
public static class Alternatives
{
    /// <summary>Writes them.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="request">What is asked, and the prefix after which it is gone on.</param>
    /// <param name="count">How many.</param>
    /// <param name="leastProbability">What a token's probability must be.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>Hypotheses as if each had been written at once, the likeliest token's first.</returns>
    /// <exception cref="FormatException">The options ask for a form or for phrases: where each way begins with a token of its own, neither can be seen to.</exception>
    public static async Task<Written> WriteAsync(IBackbone backbone, WritingRequest request, int count, double leastProbability, IAnswering host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(host);
        var asked = request.Options.Or(host.Options);
        if ((WrittenForm.NameOf(asked) ?? (asked.ForceWordsIds is { Count: > 0 } ? "forceWordsIds" : asked.ForceAnyWordsIds is { Count: > 0 } ? "forceAnyWordsIds" : null)) is { } other)
        {
            throw new FormatException($"Alternatives and {other} must not stand together: each alternative begins with a likely token, whatever {other} asks for. Leave one out.");
        }

        using var encoded = await host.EncodeAsync(request.Source!, cancellation).ConfigureAwait(false);
        var once = request with { Source = null, Encoded = encoded };
        var next = await host.WriteAsync(
            once with
            {
                ProbabilitiesOf = [.. Enumerable.Range(0, backbone.Description.Vocabulary)],
                Options = request.Options with { MaxNewTokens = 1, MinNewTokens = 0, MinLength = 0, NumBeams = 1, NumReturnSequences = 1, DoSample = false },
                Attention = null,
            },
            cancellation).ConfigureAwait(false);
        var ends = host.Options.EosTokenId is { Count: > 0 } own ? own : [backbone.Tokenizer.EndId];
        var candidates = next.Probabilities.Index()
            .Where(token => token.Index < backbone.Tokenizer.Count && (ends.Contains(token.Index) || !backbone.Tokenizer.IsSpecial(token.Index)) && host.Options.SuppressTokens?.Contains(token.Index) != true)
            .OrderByDescending(token => token.Item)
            .Take(count)
            .Where((token, rank) => rank == 0 || token.Item >= leastProbability);
        var all = await Task.WhenAll(candidates.Select(token => FinishAsync(token.Index, Math.Log(token.Item)))).ConfigureAwait(false);
        return new() { Hypotheses = [.. all.DistinctBy(one => one.Text)] };

        async Task<Hypothesis> FinishAsync(int token, double logProbability)
        {
            if (ends.Contains(token))
            {
                return new() { Ids = [], Text = "", Score = logProbability, LogProbabilities = [(float)logProbability], Finish = FinishReason.End };
            }

            var written = await host.WriteAsync(once with { Prefix = [.. request.Prefix, token], Options = request.Options with { NumReturnSequences = 1 } }, cancellation).ConfigureAwait(false);
            var rest = written.Best;
            float[] all = [(float)logProbability, .. rest.LogProbabilities];
            var sum = all.Sum(one => (double)one);
            return rest with
            {
                Ids = [token, .. rest.Ids],
                Text = TextOf(backbone.Tokenizer, request.Prefix, token) + rest.Text,
                Score = host.Options.NumBeams > 1 ? sum / Math.Pow(all.Length, host.Options.LengthPenalty ?? 1) : sum,
                LogProbabilities = all,
            };
        }
    }

    // What the token adds to the prefix, with the blank between them.
    private static string TextOf(ITokenizer tokenizer, IReadOnlyList<int> prefix, int token) => tokenizer.Decode([.. prefix, token])[tokenizer.Decode(prefix).Length..];
}
