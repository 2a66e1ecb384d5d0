namespace Ptgp.Backbone.Tests;

public sealed class JsonBreakTests
{
    [Theory]
    [InlineData("[1,", "it ends at character 3, where the '[' of character 1 is still open")]
    [InlineData("[[1, 2], [3", "it ends at character 11, where the '[' of character 10 is still open")]
    [InlineData("{\"ä\": {\"b\": 1}", "it ends at character 14, where the '{' of character 1 is still open")]
    [InlineData("", "it ends where a value must stand")]
    [InlineData("[1, 2,]", "at character 7 stands ']', which cannot stand there: a comma has something behind it")]
    [InlineData("['a']", "at character 2 stands ''', which cannot stand there: texts stand in double quotes")]
    [InlineData("{\"a\":\n bc}", "at character 8 stands 'b', which cannot stand there: texts stand in double quotes")]
    [InlineData("[1]]", "at character 4 stands ']', which cannot stand there")]
    [InlineData("[1 2]", "at character 4 stands '2', which cannot stand there")]
    public void WhereAndWhyTextIsNoJsonIsSaid(string text, string said) => Assert.Equal(said, JsonBreak.Describe(text));

    [Fact]
    public void ATextThatDoesNotEndIsSaidToBeOpen() => Assert.StartsWith("it ends at character 8, where", JsonBreak.Describe("""["a", "b"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("[1, {\"a\": null}]")]
    [InlineData(" 1 ")]
    public void JsonHasNoBreak(string text) => Assert.Null(JsonBreak.Describe(text));
}
