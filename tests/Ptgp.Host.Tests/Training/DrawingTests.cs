namespace Ptgp.Host.Tests.Training;

/// <summary>Tests that draw from the process's only random stream, and compare what came of it: nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DrawingTests
{
    public const string Name = "drawing";
}
