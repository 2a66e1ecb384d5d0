using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Heads;

/// <summary>Puts together what is written for the pieces of a text, which end in any order, and shows what of it is certain from the start on.</summary>
/// <param name="source">The text that was cut.</param>
/// <param name="pieces">Its pieces, at least one.</param>
/// <param name="onText">Is told the text so far.</param>
/// <param name="onProgress">Is told, where there are several pieces, the share that is finished.</param>
public sealed class PieceWriter(string source, IReadOnlyList<Range> pieces, Action<string> onText, Action<double> onProgress)
{
    private readonly string[] texts = [.. pieces.Select(_ => "")];
    private readonly bool[] isFinished = new bool[pieces.Count];
    private int certain;
    private int finished;

    // Line breaks around the text stay, as do those inside it.
    private readonly string lead = Breaks(source[..pieces[0].Start]), trail = Breaks(source[pieces[^1].End..]);

    /// <summary>Joins what was written for all pieces.</summary>
    /// <returns>The text, and where in it each piece begins.</returns>
    public (string Text, IReadOnlyList<int> Places) Join()
    {
        List<int> places = [];
        var text = lead + LongText.Join(source, pieces, texts, places) + trail;
        return (text, [.. places.Select(place => place + lead.Length)]);
    }

    /// <summary>Takes what is written so far of a piece.</summary>
    public void Show(int piece, string text)
    {
        lock (texts)
        {
            texts[piece] = text;
            if (piece == certain)
            {
                onText(lead + LongText.Join(source, pieces, texts.Take(certain + 1)));
            }
        }
    }

    /// <summary>Takes the whole of a piece.</summary>
    public void Finish(int piece, string text)
    {
        lock (texts)
        {
            (texts[piece], isFinished[piece]) = (text, true);
            while (certain < texts.Length && isFinished[certain])
            {
                certain++;
            }

            if (texts.Length > 1)
            {
                onProgress((double)++finished / texts.Length);
            }
        }
    }

    private static string Breaks(string space) => space.IndexOfAny(['\r', '\n']) < 0 ? "" : space;
}
