using System.Reflection;

namespace Ptgp.Host.Explaining;

/// <summary>Writes explanations as one page of HTML that needs nothing else: a template, with the data in it.</summary>
internal static class ExplanationPage
{
    private const string Place = "{{data}}";

    private static readonly Lazy<(string Before, string After)> template = new(() =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("explanation.html")!;
        using var reader = new StreamReader(stream);
        var parts = reader.ReadToEnd().Split(Place);
        return (parts[0], parts[1]);
    });

    /// <summary>Writes a page.</summary>
    /// <param name="explanations">What is on it.</param>
    /// <param name="writer">Where it goes.</param>
    public static void Write(IReadOnlyList<Explanation> explanations, TextWriter writer)
    {
        writer.Write(template.Value.Before);
        writer.Write('[');
        foreach (var (i, explanation) in explanations.Index())
        {
            writer.Write(i == 0 ? "\n" : ",\n");
            writer.Write(ExplanationJson.Write(explanation, ExplanationJson.ForPages));
        }

        writer.Write("\n]");
        writer.Write(template.Value.After);
    }
}
