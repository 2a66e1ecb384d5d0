namespace Ptgp.Backbone.Generation;

/// <summary>Keeps the best hypotheses of each length, and the best of those that ended, with the semantics of Hugging Face's beam search.</summary>
internal class BeamSearch : SourceSearch
{
    private readonly List<RawHypothesis> ended = [];
    private readonly int[] chosen;
    private float[] sums, spareSums;
    private WrittenRow[] live, spare;

    public BeamSearch(WritingJob job)
        : this(job, job.Options.NumBeams)
    {
    }

    /// <summary>Begins a search.</summary>
    /// <param name="job">What is written.</param>
    /// <param name="beams">How many hypotheses are kept, whatever the options say.</param>
    public BeamSearch(WritingJob job, int beams)
        : base(job, beams)
    {
        Candidates = Math.Max(2, 1 + Options.EndIds.Count) * Beams;
        live = [.. Enumerable.Range(0, Beams).Select(_ => new WrittenRow())];
        spare = [.. Enumerable.Range(0, Beams).Select(_ => new WrittenRow())];
        chosen = new int[Beams];
        (sums, spareSums) = (new float[Beams], new float[Beams]);

        // All rows are the same sequence at first, and one of them is enough.
        sums.AsSpan(1).Fill(float.NegativeInfinity);
    }

    public override int Candidates { get; }

    public override bool SeesLogProbabilities => true;

    public override IReadOnlyList<RawHypothesis> Found => ended;

    public override ReadOnlySpan<int> Written(int beam) => live[beam].Tokens(Length);

    public override float SumOf(int beam) => sums[beam];

    public override ReadOnlySpan<int> Certain()
    {
        if (HasEnded && Options.CoveragePenalty == 0)
        {
            return Found[0].Tokens;
        }

        ReadOnlySpan<int> common = HasEnded ? Found[0].Tokens : Written(0);
        for (var beam = 0; beam < Beams && !HasEnded; beam++)
        {
            if (!float.IsNegativeInfinity(sums[beam]))
            {
                common = common[..common.CommonPrefixLength(Written(beam))];
            }
        }

        foreach (var hypothesis in ended)
        {
            common = common[..common.CommonPrefixLength(hypothesis.Tokens)];
        }

        return common;
    }

    protected override void Append(int token)
    {
        for (var beam = 0; beam < Beams; beam++)
        {
            live[beam].Set(Length, token, 0);
        }

        Length++;
    }

    protected override void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        var vocabulary = Options.Facts.Vocabulary;
        var isLast = IsLast();
        var kept = 0;
        for (var i = 0; i < Candidates && !float.IsNegativeInfinity(sums[i]); i++)
        {
            var token = (int)(places[i] % vocabulary);
            var origin = (int)(places[i] / vocabulary);
            if (!isLast && !IsEnd(live[origin], token))
            {
                if (kept < Beams)
                {
                    Keep(kept++, i);
                }
            }
            else if (i < Beams)
            {
                // What ends further down the list is only there so that enough go on.
                AddEnded(Finished(live[origin], token, sums[i] - this.sums[origin], sums[i] / Share(Length + 1)), Beams);
            }
        }

        GoOn(sums, places, kept, vocabulary);
        if (isLast || kept == 0 || !CanImprove())
        {
            End();
        }
    }

    /// <summary>Gets the summed log-probabilities of the live hypotheses; negative infinity where there is none.</summary>
    protected ReadOnlySpan<float> Sums => sums;

    /// <summary>Gets how many hypotheses have ended.</summary>
    protected int Ended => ended.Count;

    /// <summary>Gets a live hypothesis.</summary>
    protected WrittenRow Live(int beam) => live[beam];

    /// <summary>Notes that a candidate goes on.</summary>
    /// <param name="kept">How many do already.</param>
    /// <param name="candidate">Its place in the list of candidates.</param>
    protected void Keep(int kept, int candidate) => chosen[kept] = candidate;

    /// <summary>Puts an ended hypothesis in its place among the best, behind equal ones.</summary>
    /// <param name="hypothesis">The hypothesis.</param>
    /// <param name="most">How many there may be; the worst beyond is forgotten.</param>
    protected void AddEnded(RawHypothesis hypothesis, int most)
    {
        var place = ended.Count;
        while (place > 0 && ended[place - 1].Score < hypothesis.Score)
        {
            place--;
        }

        ended.Insert(place, hypothesis);
        if (ended.Count > most)
        {
            ended.RemoveAt(most);
        }
    }

    /// <summary>Lengthens the hypotheses that go on by a token.</summary>
    protected void GoOn(ReadOnlySpan<float> sums, ReadOnlySpan<long> places, int kept, int vocabulary)
    {
        for (var beam = 0; beam < Beams; beam++)
        {
            // Where too few hypotheses are allowed, the other rows repeat the first one and count for nothing.
            var place = beam < kept ? places[chosen[beam]] : kept > 0 ? places[chosen[0]] : 0;
            var origin = (int)(place / vocabulary);
            Next[beam] = (int)(place % vocabulary);
            Origins[beam] = origin;
            IsReordered |= origin != beam;
            spareSums[beam] = beam < kept ? sums[chosen[beam]] : float.NegativeInfinity;
            spare[beam].CopyFrom(live[origin], Length);
            spare[beam].Set(Length, Next[beam], spareSums[beam] - this.sums[origin]);
        }

        (this.sums, spareSums) = (spareSums, this.sums);

        (live, spare) = (spare, live);
        Length++;
    }

    /// <summary>Tells whether a live hypothesis may still enter the list of ended ones, by the rule that the options name.</summary>
    protected bool CanImprove()
    {
        if (ended.Count < Beams)
        {
            return true;
        }

        var length = Options.EarlyStopping == EarlyStopping.Never && Options.LengthPenalty > 0 ? Longest : Length;
        return Options.EarlyStopping != EarlyStopping.True && sums[0] / Share(length) > ended[^1].Score;
    }

    /// <summary>Gets what a hypothesis's sum is divided by.</summary>
    protected float Share(int length) => (float)Math.Pow(length - Given, Options.LengthPenalty);
}
