namespace Ptgp.Backbone.Tokenization;

/// <summary>Where a family puts special tokens around a text and around a pair of texts.</summary>
/// <param name="Single">The parts around one text.</param>
/// <param name="Pair">The parts around two.</param>
internal sealed record Template(IReadOnlyList<TemplatePart> Single, IReadOnlyList<TemplatePart> Pair)
{
    /// <summary>Gets the template of families that add nothing.</summary>
    public static Template Plain { get; } = new([TemplatePart.Text(0, 0)], [TemplatePart.Text(0, 0), TemplatePart.Text(1, 1)]);

    /// <summary>Makes the template of BERT, to whom the second text of a pair and its end are another segment.</summary>
    public static Template Bert(int first, int last) => new(
        [TemplatePart.Special(first), TemplatePart.Text(0), TemplatePart.Special(last)],
        [TemplatePart.Special(first), TemplatePart.Text(0), TemplatePart.Special(last), TemplatePart.Text(1, 1), TemplatePart.Special(last, 1)]);

    /// <summary>Gets the same parts with another token in place of one of them.</summary>
    public Template Replace(int id, int other) => new([.. Single.Select(part => part.Replace(id, other))], [.. Pair.Select(part => part.Replace(id, other))]);
}

/// <summary>A part of a template: a special token, or the first or second text.</summary>
/// <param name="Id">The special token; null for a text.</param>
/// <param name="Sequence">Which text: 0 or 1; -1 for a special token.</param>
/// <param name="Segment">The segment that all its tokens get.</param>
internal readonly record struct TemplatePart(int? Id, int Sequence, int Segment)
{
    public static TemplatePart Special(int id, int segment = 0) => new(id, -1, segment);

    public static TemplatePart Text(int sequence, int segment = 0) => new(null, sequence, segment);

    public TemplatePart Replace(int id, int other) => Id == id ? this with { Id = other } : this;
}
