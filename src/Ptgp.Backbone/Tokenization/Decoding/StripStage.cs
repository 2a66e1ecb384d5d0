using System.Text;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Takes up to so many of a character from the start and the end of each token.</summary>
internal sealed class StripStage(char wanted, int start, int end) : DecodingStage
{
    private readonly StringBuilder held = new();
    private bool isOpen;
    private bool hasSent;
    private int left;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        if (!continues || !isOpen)
        {
            Close();
            (isOpen, hasSent, left) = (true, false, start);
        }

        var from = 0;
        while (left > 0 && from < token.Length && token[from] == wanted)
        {
            from++;
            left--;
        }

        left = from < token.Length ? 0 : left;
        held.Append(token, from, token.Length - from);

        // As many characters as may yet be taken from the end are held back.
        var tail = 0;
        while (tail < end && tail < held.Length && held[held.Length - 1 - tail] == wanted)
        {
            tail++;
        }

        Send(held.Length - tail);
    }

    public override void Complete()
    {
        Close();
        Next.Complete();
    }

    private void Close()
    {
        held.Clear();
        isOpen = false;
    }

    private void Send(int length)
    {
        if (length > 0)
        {
            Next.Accept(held.ToString(0, length), hasSent, TokenKind.Ordinary);
            held.Remove(0, length);
            hasSent = true;
        }
    }
}
