namespace Ptgp.Backbone.Tokenization;

/// <summary>
/// Text on its way into tokens: every character knows which UTF-16 units of the original it stands for. Both halves of a
/// surrogate pair stand for the whole pair.
/// </summary>
internal sealed class AlignedText
{
    private char[] characters;
    private int[] starts;
    private int[] ends;

    /// <summary>Makes an empty text with room for <paramref name="capacity"/> characters; it grows as needed.</summary>
    public AlignedText(int capacity)
    {
        characters = new char[capacity];
        starts = new int[capacity];
        ends = new int[capacity];
    }

    /// <summary>Gets how many UTF-16 units the text has now.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the text as it is now.</summary>
    public ReadOnlySpan<char> Characters => characters.AsSpan(0, Length);

    /// <summary>Gets where in the original each character starts.</summary>
    public ReadOnlySpan<int> Starts => starts.AsSpan(0, Length);

    /// <summary>Gets where in the original each character ends.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Length);

    /// <summary>Takes a part of the original as it is; halves of surrogate pairs that stand alone become U+FFFD.</summary>
    public static AlignedText From(ReadOnlySpan<char> original, int start, int length)
    {
        var text = new AlignedText(length);
        var end = start + length;
        for (var i = start; i < end; i++)
        {
            var c = original[i];
            if (!char.IsSurrogate(c))
            {
                text.Add(c, i, i + 1);
            }
            else if (char.IsHighSurrogate(c) && i + 1 < end && char.IsLowSurrogate(original[i + 1]))
            {
                text.Add(c, i, i + 2);
                text.Add(original[i + 1], i, i + 2);
                i++;
            }
            else
            {
                text.Add('\uFFFD', i, i + 1);
            }
        }

        return text;
    }

    /// <summary>Appends a character that stands for a part of the original.</summary>
    public void Add(char character, int start, int end)
    {
        if (Length == characters.Length)
        {
            var capacity = Math.Max(16, Length * 2);
            Array.Resize(ref characters, capacity);
            Array.Resize(ref starts, capacity);
            Array.Resize(ref ends, capacity);
        }

        characters[Length] = character;
        starts[Length] = start;
        ends[Length] = end;
        Length++;
    }

    /// <summary>Appends characters that all stand for what the character at <paramref name="index"/> of <paramref name="source"/> stands for.</summary>
    public void Add(ReadOnlySpan<char> added, AlignedText source, int index)
    {
        foreach (var c in added)
        {
            Add(c, source.starts[index], source.ends[index]);
        }
    }

    /// <summary>Appends a part of another text, alignment and all.</summary>
    public void Append(AlignedText source, int start, int length)
    {
        for (var i = start; i < start + length; i++)
        {
            Add(source.characters[i], source.starts[i], source.ends[i]);
        }
    }

    /// <summary>Takes a part of this text as a text of its own.</summary>
    public AlignedText Slice(int start, int length)
    {
        var slice = new AlignedText(length);
        slice.Append(this, start, length);
        return slice;
    }

    /// <summary>Takes this text without one of its characters.</summary>
    public AlignedText Without(char left)
    {
        if (!Characters.Contains(left))
        {
            return this;
        }

        var text = new AlignedText(Length);
        for (var i = 0; i < Length; i++)
        {
            if (characters[i] != left)
            {
                text.Append(this, i, 1);
            }
        }

        return text;
    }

    /// <summary>Forgets all characters from <paramref name="length"/> on.</summary>
    public void Cut(int length) => Length = Math.Min(Length, length);
}
