using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>Puts together what is written for the pieces of a text, which end in any order, and shows what of it is certain from the start on.</summary>
internal sealed class PieceWriter(string source, IReadOnlyList<Range> pieces, Action<string> onText, Action<double> onProgress)
{
    private readonly string[] texts = [.. pieces.Select(_ => "")];
    private readonly bool[] isFinished = new bool[pieces.Count];
    private int certain;

    /// <summary>Gets the text of all pieces.</summary>
    public string Text => LongText.Join(source, pieces, texts);

    /// <summary>Takes what is written so far of a piece.</summary>
    public void Show(int piece, string text)
    {
        lock (texts)
        {
            texts[piece] = text;
            if (piece == certain)
            {
                onText(LongText.Join(source, pieces, texts.Take(certain + 1)));
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

            onProgress((double)isFinished.Count(finished => finished) / texts.Length);
        }
    }
}
