namespace Ptgp.Host.Explaining;

/// <summary>Says which of the things that a head asked of its backbone a reader wants to see first: that which wrote the answer.</summary>
internal static class OpeningPass
{
    // A pass that wrote nearly as much of the answer as any did is taken where it came before.
    private const double Nearly = 0.8;

    /// <summary>Finds the first pass that wrote about as much of an answer as any did; where none wrote anything of it, the one that wrote most.</summary>
    /// <param name="passes">What was asked, in order.</param>
    /// <param name="answer">The answer as text.</param>
    public static int Of(IReadOnlyList<ExplainedPass> passes, string answer)
    {
        var wanted = Pairs(answer);
        int[] found = [.. passes.Select(pass => Pairs(pass.Text ?? "").Sum(pair => Math.Min(pair.Value, wanted.GetValueOrDefault(pair.Key))))];
        var most = found.DefaultIfEmpty().Max();
        return most > 0
            ? Array.FindIndex(found, each => each >= Nearly * most)
            : passes.Index().OrderByDescending(pass => pass.Item.Text?.Length ?? 0).ThenBy(pass => pass.Index).Select(pass => pass.Index).FirstOrDefault();
    }

    // Neighbouring letters, of any script, and how often they stand so. What stands between words, such as marks of time, breaks no others.
    private static Dictionary<(char, char), int> Pairs(string text)
    {
        Dictionary<(char, char), int> pairs = [];
        for (var (i, last) = (0, ' '); i < text.Length; i++)
        {
            var letter = char.IsLetterOrDigit(text[i]) ? char.ToLowerInvariant(text[i]) : ' ';
            if (letter != ' ')
            {
                pairs[(last, letter)] = pairs.GetValueOrDefault((last, letter)) + 1;
            }

            last = letter;
        }

        return pairs;
    }
}
