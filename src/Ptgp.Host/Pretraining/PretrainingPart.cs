namespace Ptgp.Host.Pretraining;

/// <summary>A block as one objective learns from it.</summary>
/// <param name="Block">The block.</param>
/// <param name="Objective">The objective's place among those that are learned.</param>
internal readonly record struct PretrainingPart(TextBlock Block, int Objective);
