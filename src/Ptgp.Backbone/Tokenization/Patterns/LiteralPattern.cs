namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>Finds a text as it is written.</summary>
internal sealed class LiteralPattern(string wanted) : TextPattern
{
    public override void Find(ReadOnlySpan<char> text, List<(int Start, int Length)> found)
    {
        for (var start = 0; wanted.Length > 0 && text[start..].IndexOf(wanted) is var next and >= 0; start += next + wanted.Length)
        {
            found.Add((start + next, wanted.Length));
        }
    }
}
