using Ptgp.Backbone.Tokenization.Training;

namespace Ptgp.Backbone.Tests.Tokenization.Training;

public class BytePairTrainerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ItEqualsCountingAllPairsAnewEachTime(int seed)
    {
        var random = new Random(seed);
        var words = Enumerable.Range(0, 80).Select(_ => new WordCount(string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "abcd-"[random.Next(5)])), random.Next(1, 5), 0)).ToList();
        string[] characters = ["a", "b", "c", "d"]; // the dash is left out
        static bool Allows(string text) => text.Length <= 4;
        var (pieces, merges) = BytePairTrainer.Train(words, characters, Allows, 40, _ => { }, TestContext.Current.CancellationToken);

        var symbols = words.Select(word => (Parts: word.Text.Select(c => c.ToString()).ToList(), word.Count)).ToList();
        var joined = new List<string>();
        foreach (var merge in merges)
        {
            var pairs = symbols.SelectMany(word => word.Parts.Zip(word.Parts.Skip(1)).Select(pair => (pair, word.Count))).GroupBy(pair => pair.pair, pair => pair.Count)
                .Where(pair => pair.Key is not (("-", _) or (_, "-")) && Allows(pair.Key.First + pair.Key.Second)).ToDictionary(pair => pair.Key, pair => pair.Sum());
            var best = pairs.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.First.Length + pair.Key.Second.Length).ThenBy(pair => pair.Key.First + pair.Key.Second, StringComparer.Ordinal).First();
            Assert.Equal((best.Value, best.Key.First + best.Key.Second), (pairs[merge], merge.Left + merge.Right));
            joined.Add(merge.Left + merge.Right);
            foreach (var (parts, _) in symbols)
            {
                for (var i = 0; i + 1 < parts.Count; i++)
                {
                    if (parts[i] == merge.Left && parts[i + 1] == merge.Right)
                    {
                        parts[i] += parts[i + 1];
                        parts.RemoveAt(i + 1);
                    }
                }
            }
        }

        Assert.Equal(joined.Distinct(), pieces);
        Assert.Equal(40, pieces.Count);
    }

    [Fact]
    public void WhatStandsTogetherOnceIsNotJoined()
    {
        var (pieces, _) = BytePairTrainer.Train([new("ab", 1, 0), new("cd", 2, 0)], ["a", "b", "c", "d"], _ => true, 9, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(["cd"], pieces);
    }
}
