namespace Ptgp.Host.Training;

/// <summary>One part of an example as the head encoded it.</summary>
/// <param name="Part">The part.</param>
/// <param name="Input">What the backbone reads.</param>
/// <param name="Target">What is expected.</param>
internal readonly record struct EncodedExample<TPart>(TPart Part, Features Input, Target Target)
{
    /// <summary>Gets which example of the data it belongs to, counted from 1.</summary>
    public long Number { get; init; }

    /// <summary>Gets how long it is, to put examples of about equal length into one batch.</summary>
    public int Length => Input.Length + Target.Labels.Count;

    /// <summary>Gets how many positions a row takes that holds it, on its longer side.</summary>
    /// <param name="maxInput">The longest input; what is longer is cut.</param>
    /// <param name="maxTarget">The longest target; what is longer is cut.</param>
    public int Width(int maxInput, int maxTarget) =>
        Math.Max(Math.Min(Input.Length, maxInput), Math.Min(Math.Max(Target.Labels.Count, Target.Values.Count), maxTarget));

    /// <summary>Gets how many positions it has in a row that holds input and target.</summary>
    /// <inheritdoc cref="Width" />
    public int Positions(int maxInput, int maxTarget) => Math.Min(Input.Length, maxInput) + Math.Min(Target.Labels.Count, maxTarget);
}
