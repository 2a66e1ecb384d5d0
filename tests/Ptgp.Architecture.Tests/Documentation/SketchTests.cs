using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

public sealed class SketchTests
{
    /// <summary>The sketches are compiled beside everything, so that only their text can tell that the contract suffices them.</summary>
    [Theory]
    [InlineData("Ptgp.Host")]
    [InlineData("Ptgp.Backbone")]
    [InlineData("Ptgp.Toolkit;")]
    public void NoSketchNeedsMoreThanTheContract(string other)
    {
        var sketches = Path.Combine(Repository.Root, "tests", "Ptgp.Architecture.Tests", "Sketches");
        Assert.All(Directory.EnumerateFiles(sketches), sketch => Assert.DoesNotContain(other, File.ReadAllText(sketch), StringComparison.Ordinal));
    }
}
