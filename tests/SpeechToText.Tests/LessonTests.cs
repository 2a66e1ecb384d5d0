namespace Ptgp.SpeechToText.Tests;

public class LessonTests
{
    [Fact]
    public void AWindowBeginsWhereTheLastOneHadToStop()
    {
        var lessons = Lesson.Of([Said(0.5, 3, " a"), Said(3.5, 8, " b"), Said(8, 12, " c"), Said(12.5, 13, " d")], 10).ToArray();
        Assert.Equal([0, 8], lessons.Select(lesson => lesson.Start));
        Assert.Equal([(0.5, 3, " a"), (3.5, 8, " b")], Plain(lessons[0]));
        Assert.Equal([(0, 4, " c"), (4.5, 5, " d")], Plain(lessons[1]));
        Assert.Equal([8.0, null], lessons.Select(lesson => lesson.Next));
    }

    [Fact]
    public void WhatFitsIsOneWindow() => Assert.Equal([(0.0, (double?)null)], Lesson.Of([Said(0.5, 3, " a"), Said(9, 10, " b")], 10).Select(lesson => (lesson.Start, lesson.Next)));

    [Fact]
    public void PausesAndWhatIsTooLongAreLeftOut()
    {
        var lessons = Lesson.Of([Said(15, 16, " a"), Said(20, 31, " too long"), Said(40, 41, " b"), Said(42, 42, " ")], 10).ToArray();
        Assert.Equal([(15, 5.0), (40, (double?)null)], lessons.Select(lesson => (lesson.Start, lesson.Next)));
        Assert.Equal([" a", " b"], lessons.SelectMany(lesson => lesson.Segments).Select(segment => segment.Text));
    }

    [Theory]
    [InlineData(new[] { " Hello,", " you." }, "en", "Hello, you.")]
    [InlineData(new[] { "Hello,", "you." }, null, "Hello, you.")]
    [InlineData(new[] { "你好", "吗" }, "zh", "你好吗")]
    public void TextsAreJoinedAsTheirLanguageIsWritten(string[] texts, string? language, string expected) =>
        Assert.Equal(expected, Lesson.Join([.. texts.Select((text, i) => Said(i, i + 1, text))], language));

    private static Segment Said(double start, double end, string text) => new() { Start = start, End = end, Text = text };

    private static IEnumerable<(double, double, string)> Plain(Lesson lesson) => lesson.Segments.Select(segment => (segment.Start, segment.End, segment.Text));
}
