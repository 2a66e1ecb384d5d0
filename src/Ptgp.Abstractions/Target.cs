namespace Ptgp;

/// <summary>What is expected of one part: labels (token ids, a class, the ends of a span) or numbers.</summary>
public sealed class Target
{
    /// <summary>The label of padding, which a loss must ignore.</summary>
    public const long Ignored = -100;

    private Target(long[] labels, float[] values) => (Labels, Values) = (labels, values);

    /// <summary>Gets the labels; empty when numbers are expected.</summary>
    public IReadOnlyList<long> Labels { get; }

    /// <summary>Gets the numbers; empty when labels are expected.</summary>
    public IReadOnlyList<float> Values { get; }

    /// <summary>Makes a target of labels; of none, for a part that is learned from by comparison with others.</summary>
    public static Target FromLabels(params IEnumerable<long> labels) => new([.. labels], []);

    /// <summary>Makes a target of a text's token ids, as <see cref="ITokenizer.Encode"/> gives them with <see cref="EncodingOptions.IsTarget"/>.</summary>
    public static Target FromText(EncodedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FromLabels(text.Ids.Select(id => (long)id));
    }

    /// <summary>Makes a target of real numbers, such as a rating or a vector.</summary>
    public static Target FromValues(params IEnumerable<float> values) => new([], [.. values]);
}
