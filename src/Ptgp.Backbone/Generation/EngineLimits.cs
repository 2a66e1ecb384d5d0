namespace Ptgp.Backbone.Generation;

/// <summary>How much a <see cref="WritingEngine"/> does at once.</summary>
public sealed record EngineLimits
{
    /// <summary>Gets the most bytes of keys and values that are remembered; the default is a quarter of the memory that the process may use. Requests that find it taken wait.</summary>
    public long MemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Gets the most rows, all beams counted, that are written at once; the default is 256.</summary>
    public int Rows { get; init; } = 256;

    /// <summary>Gets about how many tokens, padding counted, are read between two steps while others are written; the default is 2048. A longer input is read alone.</summary>
    public int TokensReadBetweenSteps { get; init; } = 2048;

    /// <summary>Gets whether each input is read by itself, so that its states cannot depend on others' to the bit; the default is false.</summary>
    public bool ReadsAlone { get; init; }

    /// <summary>Gets about how many tokens, padding counted, are read at once; the default is 8192.</summary>
    public int TokensRead { get; init; } = 8192;

    /// <summary>Gets whether keys and values are treated as if the processor could not read them; see <see cref="KeyValuePool"/>. The default is false.</summary>
    internal bool Gathers { get; init; }
}
