using Ptgp.Host.Configuration;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Configuration;

/// <summary>A folder with a ptgp.json and a checkpoint's folder in it.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ConfigurationFolder(string json)
    {
        Directory.CreateDirectory(folder["model"]);
        File = folder.Write("ptgp.json", json);
    }

    public string File { get; }

    public string Path => folder.Path;

    public HostConfiguration Read(params string[] settings) => Reader(settings).Read();

    public ConfigurationReader Reader(params string[] settings) => new() { WorkingFolder = folder.Path, Settings = settings };

    /// <summary>Reads what has faults, and gives the message's lines after the first.</summary>
    public string[] Faults(params string[] settings) => Faults(Reader(settings));

    public string[] Faults(ConfigurationReader reader)
    {
        var lines = Assert.Throws<ConfigurationException>(reader.Read).Message.Split('\n');
        Assert.Equal(lines.Length == 2 ? $"'{File}' has a fault:" : $"'{File}' has {lines.Length - 1} faults:", lines[0]);
        return [.. lines[1..].Select(line => line.Trim())];
    }

    public void Dispose() => folder.Dispose();
}
