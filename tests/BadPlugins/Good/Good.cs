using Microsoft.Extensions.Logging;

namespace Ptgp.BadPlugins;

/// <summary>Nothing is wrong with this one.</summary>
public sealed class Good(GoodOptions options, ILogger<Good> log, IHostServices host) : IdlePlugin, IDisposable
{
    public override string Name => "good";

    public override BackboneFeatures Needs => BackboneFeatures.Writes;

    public override string ToText(string output)
    {
        log.LogInformation("{Task} greets", host.TaskName);
        return $"{options.Greeting}, {output}";
    }

    public void Dispose() => log.LogWarning("gone");
}

public sealed record GoodOptions
{
    public string Greeting { get; init; } = "Hello";
}
