using System.Text.Json.Nodes;
using Ptgp.Toolkit.Text.Normalization;

namespace Ptgp.Toolkit.Tests.Text.Normalization;

/// <summary>Normalized text equals what openai-whisper's normalizers make of it.</summary>
public class NormalizerTests
{
    private static readonly JsonArray cases = JsonNode.Parse(File.ReadAllText(Repository.Fixture("audio", "normalizer.json")))!["cases"]!.AsArray();
    private static readonly EnglishNormalizer english = EnglishNormalizer.Load(Repository.Fixture("audio", "normalizer-spellings.json"));

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, cases.Count)];

    [Theory, MemberData(nameof(Cases))]
    public void TextIsTheReferences(int index)
    {
        var each = cases[index]!;
        var text = (string)each["text"]!;
        Assert.Equal((string)each["english"]!, english.Normalize(text));
        Assert.Equal((string)each["basic"]!, new BasicNormalizer().Normalize(text));
        Assert.Equal((string)each["basic_remove_diacritics"]!, new BasicNormalizer(removesAccents: true).Normalize(text));
        Assert.Equal((string)each["basic_split_letters"]!, new BasicNormalizer(splitsLetters: true).Normalize(text));
    }

    [Theory]
    [InlineData("ΟΔΟΣ, ΣΟΦΟΣ ΚΑΙ", "οδος σοφος και")]
    [InlineData("İstanbul", "i stanbul")]
    public void LettersAreMadeSmallAsPythonDoes(string text, string expected) => Assert.Equal(expected, new BasicNormalizer().Normalize(text));

    [Fact]
    public void SpellingsThatAreNoneAreNamed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "normalizer.json");
        File.WriteAllText(path, "[1]");
        Assert.Equal($"{path}: spellings must be one JSON object of texts, but are not.", Assert.Throws<InvalidDataException>(() => EnglishNormalizer.Load(path)).Message);
    }
}
