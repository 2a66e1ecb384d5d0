using Ptgp.Backbone.Explaining;
using static TorchSharp.torch;

namespace Ptgp.Host.Explaining;

/// <summary>What a backbone reads, brought to its width: one row or several, with the names of their places.</summary>
/// <param name="Embedded">What is read.</param>
/// <param name="Baseline">What says nothing, <c>[rows, length, width]</c>; null where integrated gradients are not asked for.</param>
/// <param name="Places">The names of the places of the row that is explained.</param>
/// <param name="Span">How many places each name covers.</param>
internal sealed record EmbeddedSource(Embedded Embedded, Tensor? Baseline, IReadOnlyList<SourcePlace> Places, int Span)
{
    /// <summary>Gets which row is explained.</summary>
    public int Row { get; init; }

    /// <summary>Gets how many places of the row are data.</summary>
    public int Length { get; init; }

    /// <summary>Gets the places as a side of a map.</summary>
    public Axis Axis => new([.. Places.Select(place => place.Text)], Length, Span);

    /// <summary>Shares out scores among the places.</summary>
    /// <param name="scores">The scores, of all rows.</param>
    /// <param name="request">By which methods.</param>
    /// <param name="first">The written place of the first score; null where there is but one score.</param>
    /// <param name="cancellation">Ends it early.</param>
    public IReadOnlyList<Attributed> Attribute(InputScores scores, ExplanationRequest request, int? first, CancellationToken cancellation)
    {
        List<Attributed> attributed = [];
        if (request.Methods.HasFlag(ExplanationMethods.InputXGradient))
        {
            Add(ExplanationMethods.InputXGradient, InputAttributions.InputTimesGradient(scores, Embedded.States, cancellation), isEach: true);
        }

        if (request.Methods.HasFlag(ExplanationMethods.IntegratedGradients))
        {
            Add(ExplanationMethods.IntegratedGradients, InputAttributions.IntegratedGradients(scores, Embedded.States, Baseline!, request.Steps, request.IsPerToken, cancellation), request.IsPerToken);
        }

        return attributed;

        void Add(ExplanationMethods method, IReadOnlyList<InputAttribution> found, bool isEach)
        {
            attributed.Add(new(method, null, Shown(InputAttribution.Sum(found))));
            if (first is { } place && isEach)
            {
                attributed.AddRange(found.Select((one, i) => new Attributed(method, place + i, Shown(one))));
            }
        }
    }

    // Of the row that is explained, span by span.
    private InputAttribution Shown(InputAttribution all)
    {
        var start = Row * (int)Embedded.States.size(1);
        return all with { Values = [.. Places.Select((_, i) => Enumerable.Range(i * Span, Math.Min(Span, Length - (i * Span))).Sum(place => all.Values[start + place]))] };
    }
}
