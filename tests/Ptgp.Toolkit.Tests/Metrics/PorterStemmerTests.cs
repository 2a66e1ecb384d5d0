using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class PorterStemmerTests
{
    [Fact]
    public void StemsEqualTheReferences()
    {
        var words = File.ReadAllLines(Repository.Fixture("metrics", "porter.tsv")).Select(line => line.Split('\t')).ToList();
        Assert.Equal(3986, words.Count);
        Assert.Empty(words.Where(word => PorterStemmer.Stem(word[0]) != word[1]).Select(word => $"{word[0]}: {word[1]}, not {PorterStemmer.Stem(word[0])}"));
    }
}
