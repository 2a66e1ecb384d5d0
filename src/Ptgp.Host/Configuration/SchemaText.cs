using System.Text.Json;
using Ptgp.Backbone;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Host.Configuration;

/// <summary>Reads a JSON schema that a configuration or command line gives: itself, or a file that holds it.</summary>
internal static class SchemaText
{
    /// <summary>Gets the schema's text.</summary>
    /// <param name="given">What was given; null for none.</param>
    /// <param name="home">Where a relative path begins.</param>
    /// <param name="onFault">Is told what is wrong with it.</param>
    /// <returns>The text; null where none was given, or it cannot be had.</returns>
    public static string? Read(string? given, string home, Action<string> onFault)
    {
        if (given is null)
        {
            return null;
        }

        var isFile = given.TrimStart() is not (['{', ..] or "true" or "false");
        var path = isFile ? Path.GetFullPath(given, home) : "";
        try
        {
            var text = isFile ? Utf8Text.Read(path) : given;
            _ = JsonElement.Parse(text);
            return text;
        }
        catch (InvalidDataException broken)
        {
            onFault($"must name a file that can be read, but: {broken.Message}");
        }
        catch (JsonException)
        {
            onFault(isFile ? $"must name a file of JSON, but '{path}' is not: {JsonBreak.Describe(Utf8Text.Read(path))}." : $"must be JSON, but {JsonBreak.Describe(given)}.");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
        {
            onFault($"must be a JSON Schema, which begins with '{{', or a file that holds one, but is '{given}', and {(File.Exists(path) || Directory.Exists(path) ? gone.Message : $"there is nothing at '{path}'.")}");
        }

        return null;
    }
}
