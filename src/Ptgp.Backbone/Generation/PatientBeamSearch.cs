namespace Ptgp.Backbone.Generation;

/// <summary>Keeps the best hypotheses of each length and stops when enough have ended, the first ones that do: the search of openai-whisper, after Kasai et al. 2022.</summary>
internal sealed class PatientBeamSearch(WritingJob job) : BeamSearch(job)
{
    private readonly int most = job.Options.MostEnded!.Value;

    protected override void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        var vocabulary = Options.Facts.Vocabulary;
        var (isLast, kept) = (IsLast(), 0);
        // All that ends counts, as long as it is likelier than the last that goes on.
        for (var i = 0; i < Candidates && kept < Beams && !float.IsNegativeInfinity(sums[i]); i++)
        {
            var (origin, token) = ((int)(places[i] / vocabulary), (int)(places[i] % vocabulary));
            if (!IsEnd(Live(origin), token))
            {
                Keep(kept++, i);
            }
            else if (Ended < most)
            {
                AddEnded(Finished(Live(origin), token, sums[i] - Sums[origin], sums[i] / Share(Length + 1)), most);
            }
        }

        GoOn(sums, places, kept, vocabulary);
        if (isLast || kept == 0 || Ended >= most)
        {
            // Where too few have ended, the best of the others stand in.
            for (var beam = 0; beam < kept && Ended < Beams; beam++)
            {
                AddEnded(new([.. Written(beam)], [.. Live(beam).LogProbabilities(Length)[Given..]], Sums[beam] / Share(Length), FinishReason.Length), Math.Max(most, Beams));
            }

            End();
        }
    }
}
