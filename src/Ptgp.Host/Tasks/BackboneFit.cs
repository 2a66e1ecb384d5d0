namespace Ptgp.Host.Tasks;

/// <summary>Whether a task could run on a configured backbone.</summary>
/// <param name="Backbone">The backbone's name.</param>
/// <param name="Description">What is known of it; null when its checkpoint cannot be read.</param>
/// <param name="Fault">Why the task could not run on it, as a sentence; null when it could.</param>
internal sealed record BackboneFit(string Backbone, BackboneDescription? Description, string? Fault);
