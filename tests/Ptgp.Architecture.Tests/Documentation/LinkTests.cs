using System.Text.RegularExpressions;
using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

public sealed partial class LinkTests
{
    [Fact]
    public void EveryRelativeLinkLeadsSomewhere()
    {
        foreach (var page in Pages.All)
        {
            var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
            foreach (var link in Links().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))).Select(match => match.Groups[1].Value))
            {
                var target = Path.Combine(folder, link);
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{page} links to '{link}', which is not there.");
            }
        }
    }

    [GeneratedRegex(@"\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Links();
}
