using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization.PreTokenizers;

/// <summary>Splits words at what a pattern finds.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="splitting">What becomes of what it finds.</param>
/// <param name="isInverted">Whether what lies between the finds is meant instead of them.</param>
internal sealed class SplitPreTokenizer(TextPattern pattern, Splitting splitting, bool isInverted = false) : PreTokenizer
{
    public override Words Apply(Words words)
    {
        var ranges = new List<(int Start, int Length)>(words.Ranges.Count);
        var found = new List<(int Start, int Length)>();
        var stretches = new List<(int Start, int Length, bool IsMatch)>();
        foreach (var (start, length) in words.Ranges)
        {
            found.Clear();
            stretches.Clear();
            pattern.Find(words.Text.Characters.Slice(start, length), found);
            var done = 0;
            foreach (var match in found)
            {
                if (done < match.Start)
                {
                    stretches.Add((start + done, match.Start - done, isInverted));
                }

                stretches.Add((start + match.Start, match.Length, !isInverted));
                done = match.Start + match.Length;
            }

            if (done < length)
            {
                stretches.Add((start + done, length - done, isInverted));
            }

            Split(stretches, ranges);
        }

        return words with { Ranges = ranges };
    }

    private void Split(List<(int Start, int Length, bool IsMatch)> stretches, List<(int Start, int Length)> ranges)
    {
        for (var i = 0; i < stretches.Count; i++)
        {
            var (start, length, isMatch) = stretches[i];
            if (splitting == Splitting.Removed && isMatch)
            {
                continue;
            }

            var wasMatch = i > 0 && stretches[i - 1].IsMatch;
            var joins = i > 0 && splitting switch
            {
                Splitting.MergedWithPrevious => isMatch && !wasMatch,
                Splitting.MergedWithNext => !isMatch && wasMatch,
                Splitting.Contiguous => isMatch == wasMatch,
                _ => false,
            };
            if (joins)
            {
                ranges[^1] = (ranges[^1].Start, start + length - ranges[^1].Start);
            }
            else
            {
                ranges.Add((start, length));
            }
        }
    }
}
