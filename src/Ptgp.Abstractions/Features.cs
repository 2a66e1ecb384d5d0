namespace Ptgp;

/// <summary>One encoded part: a sequence of token ids, or of feature frames such as log-mel columns.</summary>
public sealed class Features
{
    private Features(long[] tokens, long[] segments, float[] frames, int frameWidth, int dropped) =>
        (Tokens, Segments, Frames, FrameWidth, Dropped) = (tokens, segments, frames, frameWidth, dropped);

    /// <summary>Gets the token ids; empty when the part is frames.</summary>
    public IReadOnlyList<long> Tokens { get; }

    /// <summary>Gets for each token whether it belongs to the first (0) or the second (1) text of a pair; empty when there is no pair.</summary>
    public IReadOnlyList<long> Segments { get; }

    /// <summary>Gets the frames, one after another; empty when the part is tokens.</summary>
    public ReadOnlyMemory<float> Frames { get; }

    /// <summary>Gets how many values a frame has; 0 when the part is tokens.</summary>
    public int FrameWidth { get; }

    /// <summary>Gets how long a frame is, in seconds; null, the default, where frames are none of time. It says how places are called where they are shown. Since 1.5.</summary>
    public double? SecondsPerFrame { get; private init; }

    /// <summary>Gets how many tokens did not fit and were left out.</summary>
    public int Dropped { get; }

    /// <summary>Gets the length of the sequence, in tokens or frames.</summary>
    public int Length => FrameWidth == 0 ? Tokens.Count : Frames.Length / FrameWidth;

    /// <summary>Makes features of a text as <see cref="ITokenizer.Encode"/> gives it.</summary>
    public static Features FromText(EncodedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pair = text.Tokens.Any(token => token.Sequence > 0);
        return new([.. text.Tokens.Select(token => (long)token.Id)], pair ? [.. text.Tokens.Select(token => (long)token.Segment)] : [], [], 0, text.Dropped);
    }

    /// <summary>Makes features of token ids, leaving out those beyond <paramref name="maxLength"/>.</summary>
    public static Features FromTokens(IEnumerable<int> ids, int maxLength = int.MaxValue)
    {
        long[] all = [.. ids.Select(id => (long)id)];
        return new(all.Length <= maxLength ? all : all[..maxLength], [], [], 0, Math.Max(0, all.Length - maxLength));
    }

    /// <summary>Makes features of frames laid out one after another.</summary>
    /// <exception cref="ArgumentException">The values do not fill whole frames.</exception>
    public static Features FromFrames(float[] values, int frameWidth) => FromFrames(values, frameWidth, null);

    /// <summary>Makes features of frames of time, laid out one after another. Since 1.5.</summary>
    /// <param name="values">The frames.</param>
    /// <param name="frameWidth">How many values a frame has.</param>
    /// <param name="secondsPerFrame">How long a frame is; null where frames are none of time.</param>
    /// <exception cref="ArgumentException">The values do not fill whole frames.</exception>
    public static Features FromFrames(float[] values, int frameWidth, double? secondsPerFrame)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameWidth, 1);
        if (values.Length % frameWidth != 0)
        {
            throw new ArgumentException($"Frames must hold a multiple of {frameWidth} values, but hold {values.Length}.", nameof(values));
        }

        return new([], [], values, frameWidth, 0) { SecondsPerFrame = secondsPerFrame };
    }
}
