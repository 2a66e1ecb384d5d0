namespace Ptgp.Architecture.Tests;

public class PublicSurfaceTests
{
    private static string Reviewed { get; } = Path.Combine(Repository.Root, "src", "Ptgp.Abstractions", "PublicApi.txt");

    /// <summary>Who changes what plugins are compiled against shows it to a reviewer: copy the received file over the reviewed one.</summary>
    [Fact]
    public void TheContractIsTheOneThatWasReviewed()
    {
        var now = PublicSurface.Of(typeof(ITaskPlugin).Assembly);
        var reviewed = File.Exists(Reviewed) ? File.ReadAllLines(Reviewed) : [];
        var received = Path.ChangeExtension(Reviewed, ".received.txt");
        if (now.SequenceEqual(reviewed))
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, string.Join('\n', now) + "\n");
        Assert.Fail($"""
            The public surface of Ptgp.Abstractions must be the one in PublicApi.txt, but differs:
            {string.Join('\n', WithTypes(reviewed).Except(WithTypes(now)).Select(line => "- " + line))}
            {string.Join('\n', WithTypes(now).Except(WithTypes(reviewed)).Select(line => "+ " + line))}
            If plugins that were compiled before still run, and the new members are worth having for ever, replace PublicApi.txt by '{received}'.
            A new member raises the minor version in build/PluginContract.props; a changed or removed one the major version, and AssemblyVersion with it.
            """);
    }

    // A member with the type it belongs to, so that it is found when two types have the same one.
    private static List<string> WithTypes(IEnumerable<string> lines)
    {
        var type = "";
        return [.. lines.Select(line => line.StartsWith(' ') ? $"{type}  {line.Trim()}" : type = line)];
    }

    [Fact]
    public void TheSurfaceIsRenderedAlikeEachTime() => Assert.Equal(PublicSurface.Of(typeof(ITaskPlugin).Assembly), PublicSurface.Of(typeof(ITaskPlugin).Assembly));
}
