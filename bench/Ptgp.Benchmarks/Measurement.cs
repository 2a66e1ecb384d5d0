namespace Ptgp.Benchmarks;

/// <summary>One figure of a run. Ratios are taken inside one run against a named reference, so they hold on other machines.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit; <c>x</c> for a ratio.</param>
/// <param name="Goal">What is aimed at; null where the figure is there to compare with.</param>
/// <param name="Better">Which way is better: <c>higher</c> or <c>lower</c>.</param>
internal sealed record Measurement(string Name, double Value, string Unit, double? Goal = null, string Better = "higher");
