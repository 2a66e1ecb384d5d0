namespace Ptgp.Backbone.Tokenization.PreTokenizers;

/// <summary>Several pre-tokenizers, one after the other.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override Words Apply(Words words)
    {
        foreach (var step in steps)
        {
            words = step.Apply(words);
        }

        return words;
    }
}
