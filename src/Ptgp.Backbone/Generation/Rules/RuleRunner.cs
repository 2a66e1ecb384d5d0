using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Lets the rules of all sources of a batch act on the scores of a step.</summary>
/// <param name="beams">How many rows a source has.</param>
/// <param name="vocabulary">How many scores a row has.</param>
/// <param name="normalizes">Whether scores are log-probabilities, as in beam search, or stay logits.</param>
internal sealed class RuleRunner(int beams, int vocabulary, bool normalizes)
{
    private readonly ScoreEdits edits = new(vocabulary);

    /// <summary>Turns logits into scores.</summary>
    /// <param name="logits"><c>[rows, vocabulary]</c>; changed in place.</param>
    /// <param name="sources">The sources, in the order of the rows.</param>
    /// <returns>Scores, <c>[rows, vocabulary]</c>, and what must be taken from each row to make them log-probabilities, <c>[rows]</c>; rows of sources that choose nothing in this step mean nothing.</returns>
    public (Tensor Scores, Tensor Normalizers) Run(Tensor logits, IReadOnlyList<SourceSearch> sources)
    {
        var renormalizing = normalizes ? sources.Count(source => source.Rules.Renormalizes) : sources.Count;

        // Normalizing once, afterwards, is enough where nothing between the two times reads scores: what is forbidden takes no part.
        var once = renormalizing == sources.Count && (!normalizes || sources.All(source => !source.Rules.ReadsScores(source.Length)));
        var before = once ? null : RowKernels.LogSumExp(logits);
        if (normalizes && before is not null && sources.Any(source => source.Rules.ReadsScores(source.Length)))
        {
            logits.sub_(before.view(-1, 1));
            before = before - before;
        }

        Change(logits, sources);
        return (logits, renormalizing == 0 ? before!
            : renormalizing == sources.Count ? RowKernels.LogSumExp(logits)
            : where(Renormalized(sources, logits.device), RowKernels.LogSumExp(logits), before!));
    }

    private void Change(Tensor scores, IReadOnlyList<SourceSearch> sources)
    {
        ForbidAlways(scores, sources);
        foreach (var phase in RuleSet.Phases)
        {
            if (sources.Any(source => source.Rules[phase].Count > 0))
            {
                for (var slot = 0; slot < sources.Count; slot++)
                {
                    Note(sources[slot], phase, slot * beams);
                }

                edits.Flush(scores);
                edits.Run(scores, (row, fault) => sources[row / beams].Fail(fault));
            }
        }
    }

    private void Note(SourceSearch source, RulePhase phase, int firstRow)
    {
        foreach (var rule in source.Rules[phase])
        {
            for (var beam = 0; beam < beams && source.Chooses; beam++)
            {
                if (float.IsNegativeInfinity(source.SumOf(beam)))
                {
                    continue;
                }

                try
                {
                    rule.Apply(source.Written(beam), new(edits, firstRow + beam));
                }
#pragma warning disable CA1031 // A fault in one request's rule ends that request alone.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    source.Fail(fault);
                }
            }
        }
    }

    private void ForbidAlways(Tensor scores, IReadOnlyList<SourceSearch> sources)
    {
        var shared = sources[0].Rules.AlwaysForbidden;
        if (sources.All(source => source.Rules.AlwaysForbidden.SequenceEqual(shared)))
        {
            ScoreEdits.ForbidInAll(scores, shared);
            return;
        }

        for (var row = 0; row < sources.Count * beams; row++)
        {
            foreach (var id in sources[row / beams].Rules.AlwaysForbidden)
            {
                edits.Forbid(row, id);
            }
        }

        edits.Flush(scores);
    }

    private Tensor Renormalized(IReadOnlyList<SourceSearch> sources, Device device) =>
        tensor(sources.SelectMany(source => Enumerable.Repeat(source.Rules.Renormalizes, beams)).ToArray(), device: device);
}
