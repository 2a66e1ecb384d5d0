namespace Ptgp.Toolkit.Readers;

/// <summary>Reads two text files whose lines belong together, such as <c>train.en</c> and <c>train.de</c>.</summary>
public static class ParallelFiles
{
    /// <summary>Reads pairs of lines lazily.</summary>
    /// <exception cref="InvalidDataException">One file has more lines than the other; the message has both numbers. It comes after the last pair.</exception>
    public static IEnumerable<(TextLine First, TextLine Second)> Read(string first, string second) => new Rows<(TextLine, TextLine)>(ReadRows(first, second));

    private static IEnumerable<Row<(TextLine First, TextLine Second)>> ReadRows(string first, string second)
    {
        using var firsts = TextFile.ReadRows(first).GetEnumerator();
        using var seconds = TextFile.ReadRows(second).GetEnumerator();
        var count = 0L;
        while (true)
        {
            var (isFirst, isSecond) = (firsts.MoveNext(), seconds.MoveNext());
            if (isFirst && isSecond)
            {
                count++;
                yield return Row<(TextLine, TextLine)>.Of(firsts.Current, line => (line, seconds.Current.Value));
            }
            else if (isFirst || isSecond)
            {
                var (longer, shorter) = isFirst ? (firsts, second) : (seconds, first);
                var more = count + 1;
                while (longer.MoveNext())
                {
                    more++;
                }

                var (firstCount, secondCount) = isFirst ? (more, count) : (count, more);
                throw new TextLine(shorter, count + 1, "").Fault($"parallel files must have a line for each line of the other, but '{first}' has {firstCount} and '{second}' has {secondCount}.");
            }
            else
            {
                yield break;
            }
        }
    }

    /// <summary>Finds the two files that a path stands for.</summary>
    /// <param name="path">A pattern that names both, such as <c>train.{en,de}</c> or <c>{src,tgt}.txt</c>; or the first of two files that differ in their extension.</param>
    /// <param name="first">The extensions that the first file may have, without point, such as <c>en</c>.</param>
    /// <param name="second">The extensions that the second file may have.</param>
    /// <returns>The paths of both, or null when the path stands for no pair.</returns>
    public static (string First, string Second)? Find(string path, IReadOnlyList<string> first, IReadOnlyList<string> second)
    {
        ArgumentNullException.ThrowIfNull(path);
        var (open, close) = (path.LastIndexOf('{'), path.LastIndexOf('}'));
        if (open >= 0 && close > open && path[(open + 1)..close].Split(',') is [var one, var other])
        {
            return (path[..open] + one + path[(close + 1)..], path[..open] + other + path[(close + 1)..]);
        }

        var extension = first.FirstOrDefault(extension => path.EndsWith("." + extension, StringComparison.Ordinal));
        var partner = extension is null ? null : second.Select(other => path[..^extension.Length] + other).FirstOrDefault(File.Exists);
        return partner is null ? null : (path, partner);
    }
}
