namespace Ptgp.Host.Training;

/// <summary>What is learned, as a loop sees it.</summary>
internal interface ITuning : IDisposable
{
    /// <summary>Gets everything that is learned.</summary>
    IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <summary>Lets heads learn, and the backbone drop activations unless it is frozen.</summary>
    void Train();

    /// <summary>Lets heads and backbone answer.</summary>
    void Evaluate();

    /// <summary>Writes what was learned into an empty folder.</summary>
    void Save(string folder);
}
