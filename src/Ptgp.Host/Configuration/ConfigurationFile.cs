using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Host.Configuration;

/// <summary>Finds and reads the configuration's file.</summary>
internal static class ConfigurationFile
{
    /// <summary>The file's name where none is given.</summary>
    public const string DefaultName = "ptgp.json";

    /// <summary>Finds the file: the one that was named, else <c>ptgp.json</c> in the working folder, else the one beside the executable.</summary>
    /// <exception cref="ConfigurationException">There is no such file.</exception>
    public static string Find(string? named, string workingFolder)
    {
        if (named is not null)
        {
            var path = Path.GetFullPath(named, workingFolder);
            return File.Exists(path) ? path
                : throw new ConfigurationException($"--config must name a file, but there is {(Directory.Exists(path) ? "a folder" : "nothing")} at '{path}'.");
        }

        string[] places = [Path.Combine(workingFolder, DefaultName), Path.Combine(AppContext.BaseDirectory, DefaultName)];
        return Array.Find(places, File.Exists)
            ?? throw new ConfigurationException($"There must be a '{DefaultName}' in the working folder or beside the executable, but there is neither. Write one, or name one with --config.");
    }

    /// <summary>Reads a file of JSON with comments and trailing commas, and what stands against it.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or is no JSON object; the message says where.</exception>
    public static IConfigurationRoot Read(string path, params IEnumerable<IConfigurationSource> overriding)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
            Utf8Text.Check(path, bytes);
        }
        catch (InvalidDataException wrong)
        {
            throw new ConfigurationException(wrong.Message, wrong);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"'{path}' must be readable, but is not: {refused.Message}", refused);
        }

        try
        {
            var builder = new ConfigurationBuilder().AddJsonStream(new MemoryStream(bytes, writable: false));
            foreach (var source in overriding)
            {
                builder.Add(source);
            }

            return builder.Build();
        }
        catch (JsonException broken)
        {
            var line = (int)(broken.LineNumber ?? 0);
            var reason = broken.Message.Split(" LineNumber: ")[0];
            throw new ConfigurationException($"{path}({line + 1},{Column(bytes, line, (int)(broken.BytePositionInLine ?? 0))}): the file must be JSON, where comments and trailing commas are allowed, but: {reason}", broken);
        }
        catch (FormatException broken)
        {
            throw new ConfigurationException($"{path}: the file must hold one JSON object with each key but once, whatever its case, but: {broken.Message}", broken);
        }
    }

    // Readers of messages count characters, the JSON reader counts bytes.
    private static int Column(byte[] bytes, int line, int position)
    {
        var start = 0;
        for (; line > 0; line--)
        {
            start += bytes.AsSpan(start).IndexOf((byte)'\n') + 1;
        }

        return 1 + Encoding.UTF8.GetCharCount(bytes, start, Math.Min(position, bytes.Length - start));
    }
}
