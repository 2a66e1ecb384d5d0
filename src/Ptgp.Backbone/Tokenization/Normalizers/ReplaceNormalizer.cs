using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Puts a text in place of whatever a pattern finds. It stands for the last character that it replaces.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var found = new List<(int Start, int Length)>();
        pattern.Find(text.Characters, found);
        if (found.Count == 0)
        {
            return text;
        }

        var result = new AlignedText(text.Length);
        var done = 0;
        foreach (var (start, length) in found)
        {
            result.Append(text, done, start - done);
            result.Add(content, text, start + length - 1);
            done = start + length;
        }

        result.Append(text, done, text.Length - done);
        return result;
    }
}
