using System.Globalization;

namespace Ptgp.Host.Pretraining;

/// <summary>The ids of a tokenizer that objectives need beside those of text.</summary>
internal sealed class SpecialIds
{
    private readonly Lazy<HashSet<int>> stops;

    /// <summary>Looks them up.</summary>
    public SpecialIds(ITokenizer tokenizer)
    {
        Tokenizer = tokenizer;
        var framed = tokenizer.Encode("a").Tokens;
        Before = [.. framed.TakeWhile(token => token.Sequence < 0).Select(token => token.Id)];
        Behind = [.. framed.Skip(Before.Count).SkipWhile(token => token.Sequence >= 0).Select(token => token.Id)];
        List<int> sentinels = [];
        while (tokenizer.TryFind(string.Create(CultureInfo.InvariantCulture, $"<extra_id_{sentinels.Count}>"), out var id))
        {
            sentinels.Add(id);
        }

        Sentinels = sentinels;
        Mask = Find("[MASK]", "<mask>") ?? (sentinels.Count > 0 ? sentinels[^1] : null);
        Modes = (Find("[R]", "[NLU]"), Find("[X]", "[NLG]"), Find("[S]", "[S2S]"));
        stops = new(() => [.. Enumerable.Range(0, tokenizer.Count).Where(id => tokenizer.GetEntry(id) is [.., '.' or '!' or '?' or '。'])]);
    }

    /// <summary>Gets the tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Gets what stands before a text that is read.</summary>
    public IReadOnlyList<int> Before { get; }

    /// <summary>Gets what stands behind it.</summary>
    public IReadOnlyList<int> Behind { get; }

    /// <summary>Gets what ends a text that is written.</summary>
    public int End => Tokenizer.EndId;

    /// <summary>Gets <c>&lt;extra_id_0&gt;</c> and those that follow it.</summary>
    public IReadOnlyList<int> Sentinels { get; }

    /// <summary>Gets what stands for a token that is to be told: <c>[MASK]</c>, <c>&lt;mask&gt;</c> or the last sentinel; null when there is none of them.</summary>
    public int? Mask { get; }

    /// <summary>Gets what says how a text was corrupted, in the mixture of denoisers; null for those that the vocabulary lacks.</summary>
    public (int? Regular, int? Extreme, int? Sequential) Modes { get; }

    /// <summary>Tells whether a token ends a sentence.</summary>
    public bool IsStop(int id) => stops.Value.Contains(id);

    /// <summary>Puts what stands around a text around it.</summary>
    public int[] Frame(IEnumerable<int> ids) => [.. Before, .. ids, .. Behind];

    private int? Find(params ReadOnlySpan<string> entries)
    {
        foreach (var entry in entries)
        {
            if (Tokenizer.TryFind(entry, out var id))
            {
                return id;
            }
        }

        return null;
    }
}
