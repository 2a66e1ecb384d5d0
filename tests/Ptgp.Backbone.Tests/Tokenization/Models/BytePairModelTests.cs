using CsCheck;

using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tests.Tokenization.Models;

public class BytePairModelTests
{
    [Fact]
    public void LongWordsAreMergedAsShortOnesAre()
    {
        var vocabulary = new Vocabulary(16);
        foreach (var entry in new[] { "a", "b", "c", "ab", "aa", "abc", "aab", "bc", "abab", "aaaa" })
        {
            vocabulary.Add(entry, vocabulary.Count);
        }

        (string, string)[] merges = [("a", "b"), ("a", "a"), ("b", "c"), ("ab", "c"), ("a", "ab"), ("ab", "ab"), ("aa", "aa")];
        var model = new BytePairModel(vocabulary, [.. merges.Select(merge => (vocabulary.Find(merge.Item1), vocabulary.Find(merge.Item2), vocabulary.Find(merge.Item1 + merge.Item2)))]);
        Gen.Int[0, 2].Select(i => "abc"[i]).Array[0, 120].Select(letters => new string(letters)).Sample(word =>
        {
            var pieces = new List<ModelPiece>();
            model.Cut(word, pieces);
            Assert.Equal(Slowly(word, merges), pieces.Select(piece => vocabulary.Find(piece.Id)!));
            Assert.Equal(word, string.Concat(pieces.Select(piece => word.Substring(piece.Start, piece.Length))));
        });
    }

    [Theory]
    [InlineData(false, "x??y", 4)]
    [InlineData(true, "x??y", 3)]
    public void UnknownCharactersAreFusedWhereAskedFor(bool fuses, string word, int count)
    {
        var vocabulary = new Vocabulary(3);
        vocabulary.Add("x", 0);
        vocabulary.Add("y", 1);
        vocabulary.Add("<unk>", 2);
        var pieces = new List<ModelPiece>();
        new BytePairModel(vocabulary, []) { UnknownId = 2, FusesUnknown = fuses }.Cut(word, pieces);
        Assert.Equal(count, pieces.Count);
    }

    [Fact]
    public void SuffixesMarkTheLastCharacterOfAWord()
    {
        var vocabulary = new Vocabulary(3);
        vocabulary.Add("a", 0);
        vocabulary.Add("a</w>", 1);
        var pieces = new List<ModelPiece>();
        new BytePairModel(vocabulary, []) { Suffix = "</w>" }.Cut("aaa", pieces);
        Assert.Equal([0, 0, 1], pieces.Select(piece => piece.Id));
    }

    private static List<string> Slowly(string word, (string Left, string Right)[] merges)
    {
        var parts = word.Select(letter => letter.ToString()).ToList();
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                var rank = Array.IndexOf(merges, (parts[i], parts[i + 1]));
                if (rank >= 0 && rank < best)
                {
                    (best, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                return parts;
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }
}
