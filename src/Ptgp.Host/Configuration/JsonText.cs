using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Ptgp.Backbone;

namespace Ptgp.Host.Configuration;

/// <summary>Lists and objects that were given as one text, such as <c>--set tasks:en-de:generation:badWordsIds=[[1,2]]</c>.</summary>
internal static class JsonText
{
    /// <summary>Reads a section whose value is a JSON list or object as if its items had been given one by one.</summary>
    /// <param name="section">The section.</param>
    /// <param name="mayBeText">Whether it may be a text instead, which may begin as it likes, but not as a list of texts.</param>
    /// <param name="fault">What is wrong with a value that begins as one and is none, to be read after <c>but</c>; else null.</param>
    /// <returns>Null where it is neither.</returns>
    public static IConfigurationSection? Parse(IConfigurationSection section, bool mayBeText, out string? fault)
    {
        fault = null;
        if (section.Value?.TrimStart() is not { Length: > 0 } text || text[0] is not ('[' or '{'))
        {
            return null;
        }

        try
        {
            var node = JsonNode.Parse(text);
            foreach (var key in section.Path.Split(':').Reverse())
            {
                node = new JsonObject { [key] = node };
            }

            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(node!.ToJsonString()));
            return new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection(section.Path);
        }
        catch (JsonException)
        {
            fault = mayBeText && text[1..].TrimStart() is not ['"', ..] ? null : JsonBreak.Describe(section.Value);
        }
        catch (FormatException)
        {
            fault = "it has a key twice";
        }

        return null;
    }
}
