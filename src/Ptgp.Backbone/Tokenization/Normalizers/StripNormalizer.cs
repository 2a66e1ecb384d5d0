namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Takes white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var end = right ? text.Characters.TrimEnd().Length : text.Length;
        var kept = left ? text.Characters[..end].TrimStart().Length : end;
        return kept == text.Length ? text : text.Slice(end - kept, kept);
    }
}
