namespace Ptgp.SpeechToText.Audio;

/// <summary>One of the parts that follow on each other in a chained Ogg file (RFC 3533, a link): its pages, up to where the next part begins. The file stays open for that.</summary>
internal sealed class OggLink(ByteReader file) : ForwardOnlyStream(null)
{
    private const int Head = 27;

    private int left;                                             // of the page
    private bool isBehindHeads;

    public override int Read(Span<byte> buffer)
    {
        left = left == 0 && !buffer.IsEmpty ? NextPage() : left;
        var count = file.Read(buffer[..Math.Min(left, buffer.Length)]);
        left -= count;
        return count;
    }

    /// <summary>Passes over what was not read, and tells whether another part follows.</summary>
    public bool IsFollowed()
    {
        Span<byte> place = stackalloc byte[1 << 12];
        while (Read(place) > 0)
        {
        }

        return !file.Peek(1).IsEmpty;
    }

    // What is no page is given on, for whoever reads it to name what is wrong.
    private int NextPage()
    {
        var page = file.Peek(Head + byte.MaxValue);
        if (page.Length < Head || !page.StartsWith("OggS"u8) || page.Length < Head + page[Head - 1])
        {
            return page.Length;
        }

        // The first pages of all streams stand before all others.
        var isFirst = (page[5] & 2) != 0;
        if (isFirst && isBehindHeads)
        {
            return 0;
        }

        (isBehindHeads, var size) = (!isFirst, Head + page[Head - 1]);
        foreach (var length in page[Head..(Head + page[Head - 1])])
        {
            size += length;
        }

        return size;
    }
}
