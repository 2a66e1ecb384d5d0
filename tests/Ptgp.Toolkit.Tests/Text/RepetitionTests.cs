using CsCheck;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class RepetitionTests
{
    [Theory]
    [InlineData("Es ist sehr sehr sehr sehr gut.", "sehr", 4, 7, 26)]
    [InlineData("Ein Mann, ein Mann, Ein Mann, und", "Ein Mann,", 3, 0, 29)]
    [InlineData("no no no no and the cat the cat the cat the cat the", "the cat", 4, 16, 47)]
    [InlineData("好好好好", "好", 4, 0, 4)]
    [InlineData("So schön mmmmmmmmmmmm.", "m", 12, 9, 21)]
    [InlineData("Hahahahahahaha", "Ha", 7, 0, 14)]
    [InlineData("wort00000000000000 wort", "0", 14, 4, 18)]
    [InlineData("a b c a b c a b c a b c a b c a b c", "a b c", 6, 0, 35)]
    public void WhatIsSaidAgainAndAgainIsFound(string text, string block, int count, int start, int end) =>
        Assert.Equal(new Repetition { Text = block, Count = count, Start = start, End = end }, Repetition.Find(text, "The source."));

    [Theory]
    [InlineData("sehr sehr sehr gut", "")]
    [InlineData("ein Mann ein Mann", "")]
    [InlineData("............", "")]
    [InlineData("", "")]
    [InlineData("tick tack tick tack tick tack", "tick tock tick tock tick tock")]
    [InlineData("Sooooo gut, hahaha", "")]
    [InlineData("1000000000000 mmmmmmmmmmmm", "mmmmmmmmmmmmm 1000000000000")]
    [InlineData("--------------------", "")]
    [InlineData("ho ho ho ho", "Ho, ho, ho: ho ho ho ho!")]
    public void WhatIsSaidSeldomOrInTheSourceTooIsNone(string text, string source) => Assert.Null(Repetition.Find(text, source));

    [Fact]
    public void MoreThanInTheSourceIsARepetition() => Assert.Equal(9, Repetition.Find(string.Join(' ', Enumerable.Repeat("ha", 9)), "ha ha ha ha")?.Count);

    [Fact]
    public void APlantedBlockIsFoundWhereItStands() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[4, 9], Gen.Int[0, 20], Gen.Int[0, 20]).Sample((size, count, before, after) =>
        {
            string[] Filler(string name, int length) => [.. Enumerable.Range(0, length).Select(i => name + i)];
            var block = Filler("b", size);
            string[] repeated = [.. Enumerable.Repeat(block, count).SelectMany(words => words)];
            var text = string.Join(' ', [.. Filler("x", before), .. repeated, .. Filler("y", after)]);
            var found = Repetition.Find(text)!;
            Assert.Equal((string.Join(' ', block), count, string.Join(' ', repeated)), (found.Text, found.Count, text[found.Start..found.End]));
        });
}
