using CsCheck;

using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tests.Tokenization.Models;

public class UnigramModelTests
{
    private static readonly ScoredPiece[] Pieces = [new(1, "a", -2), new(2, "b", -2.5), new(3, "ab", -3.1), new(4, "abc", -4), new(5, "ca", -3), new(6, "bca", -3.9)];

    [Fact]
    public void TheCutHasTheBestScoreOfAll()
    {
        var model = new UnigramModel(Pieces, -4, 0, isSinglePrecision: false);
        Gen.Int[0, 3].Select(i => "abcx"[i]).Array[1, 9].Select(letters => new string(letters)).Sample(word =>
        {
            var pieces = new List<ModelPiece>();
            model.Cut(word, pieces);
            Assert.Equal(word, string.Concat(pieces.Select(piece => word.Substring(piece.Start, piece.Length))));
            Assert.Equal(Best(word), pieces.Sum(piece => piece.Id == 0 ? -14.0 * piece.Length : Pieces.Single(known => known.Id == piece.Id).Score), 9);
            Assert.DoesNotContain(pieces.Zip(pieces.Skip(1)), pair => pair.First.Id == 0 && pair.Second.Id == 0);
        });
    }

    [Fact]
    public void UnknownCharactersAreSpeltInBytesWhereThereAreSome()
    {
        var pieces = new List<ModelPiece>();
        new UnigramModel(Pieces, -4, 0, isSinglePrecision: false) { Bytes = [.. Enumerable.Range(100, 256)] }.Cut("a€b", pieces);
        Assert.Equal([1, 100 + 0xE2, 100 + 0x82, 100 + 0xAC, 2], pieces.Select(piece => piece.Id));
        Assert.All(pieces[1..4], piece => Assert.Equal((1, 1), (piece.Start, piece.Length)));
    }

    private static double Best(string rest) => rest.Length == 0 ? 0 : Math.Max(
        Pieces.Where(piece => rest.StartsWith(piece.Text, StringComparison.Ordinal)).Select(piece => piece.Score + Best(rest[piece.Text.Length..])).DefaultIfEmpty(double.NegativeInfinity).Max(),
        Pieces.Any(piece => piece.Text == rest[..1]) ? double.NegativeInfinity : -14 + Best(rest[1..]));
}
