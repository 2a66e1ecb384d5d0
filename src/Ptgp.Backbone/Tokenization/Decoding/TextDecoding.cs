using System.Text;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>The stages of one sequence, joined, and the text that has come out of them.</summary>
internal sealed class TextDecoding
{
    private readonly TextTokenizer tokenizer;
    private readonly bool skipsSpecial;
    private readonly DecodingStage first;
    private readonly Sink sink = new();

    public TextDecoding(TextTokenizer tokenizer, IReadOnlyList<DecodingStage> stages, bool skipsSpecial)
    {
        this.tokenizer = tokenizer;
        this.skipsSpecial = skipsSpecial;
        first = sink;
        for (var i = stages.Count - 1; i >= 0; i--)
        {
            stages[i].Next = first;
            first = stages[i];
        }
    }

    /// <summary>Takes the next id; ids outside the vocabulary are nothing.</summary>
    public void Add(int id)
    {
        if (!(skipsSpecial && tokenizer.IsSpecial(id)) && tokenizer.Describe(id) is { } token)
        {
            first.Accept(token.Entry, false, token.Kind);
        }
    }

    /// <summary>Says that no id follows.</summary>
    public void Complete() => first.Complete();

    /// <summary>Takes the text that has come out since the last call.</summary>
    public string Take()
    {
        var text = sink.Text.ToString();
        sink.Text.Clear();
        return text;
    }

    private sealed class Sink : DecodingStage
    {
        public StringBuilder Text { get; } = new();

        public override void Accept(string token, bool continues, TokenKind kind) => Text.Append(token);

        public override void Complete()
        {
        }
    }
}
