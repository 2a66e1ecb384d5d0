using System.Text;

using CsCheck;

using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>SentencePiece's byte pairs, held against its rule written down step by step: symbols that the user defined are found first, the longest of several, and nothing joins them.</summary>
public class SentencePieceBytePairTests
{
    private static readonly byte[] Whole = File.ReadAllBytes(Repository.Fixture("models", "llama", "tokenizer.model"));

    // Such as join pieces, lie inside pieces, begin like another, are one character, or have a blank.
    private static readonly string[] Defined = ["<city>", "<city>s", "an", "the", "▁t", "x", "é", "▁▁"];

    private static readonly string[] Parts = [.. Defined, "man", "the", " ", "  ", "and ", "a", "e", "t", "h", "n", "<", ">", "orange", "ß", "한", "😀", "s", "ci", "ty", "er"];

    private static readonly Gen<string> Text = Gen.Int[0, Parts.Length - 1].Select(part => Parts[part]).Array[0, 14].Select(parts => string.Concat(parts));

    [Fact]
    public void WithAndWithoutUserDefinedSymbolsTheCutIsThatOfTheRule()
    {
        using var folder = new FolderCopy("");
        foreach (var defined in new[] { [], Defined })
        {
            var (model, cut) = Load(folder, defined);
            Text.Sample(
                text =>
                {
                    var normalized = model.ToNormalizer().Apply(AlignedText.From(text, 0, text.Length)).Characters.ToString();
                    List<ModelPiece> pieces = [];
                    cut.Cut(normalized, pieces);
                    Assert.Equal(Rule(model, normalized), pieces.Select(piece => piece.Id));
                },
                iter: 2000,
                threads: 1);
        }
    }

    [Fact]
    public void ATokenizerWithThemReadsAndWritesThem()
    {
        using var folder = new FolderCopy("");
        var (model, _) = Load(folder, Defined);
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        var entries = tokenizer.Tokenize("a man in <city>s and <city>").Select(token => tokenizer.GetEntry(token.Id)).ToList();
        Assert.Contains("<city>s", entries);
        Assert.Equal("<city>", entries[^1]);
        Assert.All(entries, entry => Assert.True(entry == "an" || !entry.Contains("an", StringComparison.Ordinal), entry));
        Text.Where(text => text.Trim() == text && !text.Contains("  ", StringComparison.Ordinal) && !text.Contains('▁')).Sample(
            text =>
            {
                var tokens = tokenizer.Tokenize(text);
                Assert.Equal(text, tokenizer.Decode(tokens.Select(token => token.Id)));
                Assert.All(tokens, token => Assert.InRange(token.Start + token.Length, 0, text.Length));
            },
            iter: 500,
            threads: 1);
        Assert.Equal(model.Pieces.Count, tokenizer.Count);
    }

    // Appended pieces are read like the others: a protocol buffer's list goes on wherever its field comes again.
    private static (SentencePieceModel Model, TokenModel Cut) Load(FolderCopy folder, string[] defined)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Whole);
        foreach (var text in defined)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            byte[] piece = [0x0A, (byte)utf8.Length, .. utf8, 0x15, .. BitConverter.GetBytes(0f), 0x18, (byte)PieceKind.UserDefined];
            bytes.Write([0x0A, (byte)piece.Length, .. piece]);
        }

        File.WriteAllBytes(folder["tokenizer.model"], bytes.ToArray());
        var model = SentencePieceModel.Read(folder["tokenizer.model"]);
        return (model, model.ToModel(null, model.UnknownId, _ => false));
    }

    private static List<int> Rule(SentencePieceModel model, string text)
    {
        var places = Enumerable.Range(0, model.Pieces.Count).ToLookup(id => model.Pieces[id].Text);
        int? Find(string piece, params PieceKind[] kinds) => places[piece].Select(id => (int?)id).FirstOrDefault(id => kinds.Contains(model.Pieces[id!.Value].Kind));
        var symbols = new List<(string Text, bool IsFixed)>();
        for (var at = 0; at < text.Length;)
        {
            var symbol = model.Pieces.Where(piece => piece.Kind == PieceKind.UserDefined && text.AsSpan(at).StartsWith(piece.Text)).Select(piece => piece.Text).MaxBy(piece => piece.Length);
            symbols.Add((symbol ?? text.Substring(at, char.IsHighSurrogate(text[at]) ? 2 : 1), symbol is not null));
            at += symbols[^1].Text.Length;
        }

        while (true)
        {
            var best = Enumerable.Range(0, Math.Max(0, symbols.Count - 1)).Where(i => !symbols[i].IsFixed && !symbols[i + 1].IsFixed)
                .Select(i => (At: i, Id: Find(symbols[i].Text + symbols[i + 1].Text, PieceKind.Normal))).Where(pair => pair.Id is not null)
                .OrderByDescending(pair => model.Pieces[pair.Id!.Value].Score).ThenBy(pair => pair.At).ToList();
            if (best.Count == 0)
            {
                break;
            }

            symbols[best[0].At] = (symbols[best[0].At].Text + symbols[best[0].At + 1].Text, false);
            symbols.RemoveAt(best[0].At + 1);
        }

        return [.. symbols.SelectMany(symbol => Find(symbol.Text, symbol.IsFixed ? PieceKind.UserDefined : PieceKind.Normal) is { } id ? [id] : Encoding.UTF8.GetBytes(symbol.Text).Select(value => Find($"<0x{value:X2}>", PieceKind.Byte)!.Value))];
    }
}
