using System.Globalization;

namespace Ptgp.Benchmarks;

/// <summary>A tokenizer of ids alone.</summary>
internal sealed class NumbersTokenizer(int count) : ITokenizer
{
    public int Count => count;

    public int EndId => 1;

    public int PadId => 0;

    public int? UnknownId => null;

    public IReadOnlyDictionary<string, int> Languages { get; } = new Dictionary<string, int>();

    public IReadOnlyList<Token> Tokenize(string text) => [.. text.Split(' ').Select(number => new Token(int.Parse(number, CultureInfo.InvariantCulture), 0, 0))];

    public EncodedText Encode(string text, EncodingOptions? options = null) => new(Tokenize(text));

    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => string.Join(' ', ids);

    public string GetEntry(int id) => id.ToString(CultureInfo.InvariantCulture);

    public bool TryFind(string entry, out int id) => int.TryParse(entry, CultureInfo.InvariantCulture, out id);

    public bool IsSpecial(int id) => id < 2;
}
