namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Puts a text before any that is not empty. It stands for the first character.</summary>
internal sealed class PrependNormalizer(string content) : Normalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var result = new AlignedText(text.Length + content.Length);
        result.Add(content, text, 0);
        result.Append(text, 0, text.Length);
        return result;
    }
}
