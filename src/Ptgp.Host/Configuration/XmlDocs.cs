using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace Ptgp.Host.Configuration;

/// <summary>Reads what the doc-comments say of an option, from the file that the compiler writes beside its assembly.</summary>
internal static class XmlDocs
{
    /// <summary>Gets a property's summary and value as plain text; null when there is no file or it does not say.</summary>
    public static string? Describe(PropertyInfo property)
    {
        var file = Path.ChangeExtension(property.DeclaringType!.Assembly.Location, ".xml");
        var id = $"P:{property.DeclaringType.FullName!.Replace('+', '.')}.{property.Name}";
        var member = !File.Exists(file) ? null
            : XDocument.Load(file).Descendants("member").FirstOrDefault(member => member.Attribute("name")?.Value == id);
        var texts = new[] { member?.Element("summary"), member?.Element("value") }.Where(element => element is not null).Select(element => Plain(element!));
        return string.Join(" ", texts) is { Length: > 0 } text ? text : null;
    }

    private static string Plain(XElement element)
    {
        var text = string.Join(' ', string.Concat(element.Nodes().Select(Plain)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.StartsWith("Gets ", StringComparison.Ordinal) ? char.ToUpperInvariant(text[5]) + text[6..] : text;
    }

    private static string Plain(XNode node) =>
        node is XText text ? text.Value
        : node is XElement { Name.LocalName: "see" } see ? Name(see.Attribute("cref")?.Value ?? see.Attribute("langword")?.Value ?? "")
        : node is XElement element ? string.Concat(element.Nodes().Select(Plain))
        : "";

    private static string Name(string reference) => JsonNamingPolicy.CamelCase.ConvertName(reference[(reference.LastIndexOf('.') + 1)..]);
}
