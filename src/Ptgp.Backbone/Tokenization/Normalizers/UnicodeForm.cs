using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>What text becomes in one of Unicode's four normal forms, character by character. Compiled into the toolkit too.</summary>
internal sealed class UnicodeForm(NormalizationForm form)
{
    private readonly bool isCompatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
    private readonly bool composes = form is NormalizationForm.FormC or NormalizationForm.FormKC;

    /// <summary>Tells, of some texts only, that nothing changes.</summary>
    public bool IsKept(ReadOnlySpan<char> text)
    {
        // Below these no character changes, alone or with another below.
        var first = (composes, isCompatible) switch { (true, false) => '\u0300', (_, true) => '\u00A0', _ => '\u00C0' };
        return text.IndexOfAnyExceptInRange('\0', (char)(first - 1)) < 0;
    }

    /// <summary>Gives the characters of the form, each with the place in the text of what it comes from, of the first of its parts.</summary>
    public List<(int Value, int Source)> Apply(ReadOnlySpan<char> text)
    {
        var parts = Decompose(text);
        Order(parts);
        return composes ? Compose(parts) : parts;
    }

    private List<(int Value, int Source)> Decompose(ReadOnlySpan<char> text)
    {
        var parts = new List<(int, int)>(text.Length + 16);
        var table = UnicodeTable.Instance;
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
            table.Decompose(rune.Value, isCompatible, value => parts.Add((value, i)));
            i += used;
        }

        return parts;
    }

    /// <summary>Brings marks behind the same character into the order of their classes.</summary>
    private static void Order(List<(int Value, int Source)> parts)
    {
        var table = UnicodeTable.Instance;
        for (var start = 0; start < parts.Count; start++)
        {
            var end = start;
            while (end < parts.Count && table.ClassOf(parts[end].Value) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var ordered = parts.GetRange(start, end - start).OrderBy(part => table.ClassOf(part.Value)).ToList();
                for (var i = 0; i < ordered.Count; i++)
                {
                    parts[start + i] = ordered[i];
                }
            }

            start = end;
        }
    }

    private static List<(int Value, int Source)> Compose(List<(int Value, int Source)> parts)
    {
        var table = UnicodeTable.Instance;
        var result = new List<(int Value, int Source)>(parts.Count);
        var (starter, lastClass) = (-1, 0);
        foreach (var part in parts)
        {
            var mark = table.ClassOf(part.Value);
            var isBlocked = starter >= 0 && starter < result.Count - 1 && (lastClass == 0 || lastClass >= mark);
            if (starter >= 0 && !isBlocked && table.Compose(result[starter].Value, part.Value) is { } composed)
            {
                result[starter] = (composed, result[starter].Source);
                continue;
            }

            if (mark == 0)
            {
                starter = result.Count;
            }

            lastClass = mark;
            result.Add(part);
        }

        return result;
    }
}
