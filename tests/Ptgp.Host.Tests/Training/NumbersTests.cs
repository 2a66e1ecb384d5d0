using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>Tests of trainings on a small backbone, with a folder for what they write.</summary>
/// <param name="fixture">Where the backbone's checkpoint lies among the fixtures; nothing for that of the curves.</param>
public abstract class NumbersTests(params string[] fixture) : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    private protected NumbersBackbone Backbone { get; } = new(fixture);

    private protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Backbone.Dispose();
        scope.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
