namespace Ptgp.BadPlugins;

/// <summary>Everything a plugin must have beside its name, doing nothing.</summary>
public abstract class IdlePlugin : TaskPlugin<string, string>
{
    public override IReadOnlyList<DatasetAdapter<string, string>> Datasets => [];

    public override ITaskHead<string, string> CreateHead(IBackbone backbone) => throw new InvalidOperationException("An idle plugin has no head.");

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<string, string>> answers) => [];
}
