namespace Ptgp.Backbone.Generation;

/// <summary>Beam search in which phrases must appear: beams are shared out among hypotheses by how far they have come with the phrases (dynamic beam allocation, Post and Vilar 2018).</summary>
/// <remarks>Nothing ends before all phrases stand. Where no more room is left than they need, only what goes on with them may follow.</remarks>
internal sealed class PhraseBeamSearch : BeamSearch
{
    private readonly Phrases phrases;
    private ulong[] met;

    public PhraseBeamSearch(WritingJob job)
        : base(job)
    {
        (phrases, met) = (new(Options.ForceWords, Options.ForceAnyWords), new ulong[Beams]);
        if (phrases.Tokens > Longest - Given)
        {
            throw new ArgumentException($"What forceWordsIds and forceAnyWordsIds ask for must have room in what is written, but has {phrases.Tokens} tokens and {Longest - Given} can be written. Raise maxNewTokens, or ask for less.");
        }
    }

    /// <summary>Gets a list for each row, so that each row's own best are known.</summary>
    public override int Lists => Beams;

    public override IReadOnlyList<long> Asked =>
    [
        .. Enumerable.Range(0, Beams).Where(beam => !float.IsNegativeInfinity(SumOf(beam)))
            .SelectMany(beam => phrases.Following(met[beam], Written(beam)[Given..].ToArray()).Distinct().Select(id => ((long)beam * Options.Facts.Vocabulary) + id)),
    ];

    protected override bool IsStuck(ReadOnlySpan<float> sums) => false;

    protected override void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        var vocabulary = Options.Facts.Vocabulary;
        var isLast = IsLast();
        List<Candidate> going = [], ending = [];
        foreach (var (sum, place) in All(sums, places, vocabulary))
        {
            var (origin, token) = ((int)(place / vocabulary), (int)(place % vocabulary));
            var written = Written(origin)[Given..];
            var now = phrases.Met(met[origin], written, token);
            Candidate candidate = new(sum, place, now, phrases.AreAll(now) ? 0 : phrases.Lacking(now, written, token));
            (isLast || IsEnd(Live(origin), token) ? ending : going).Add(candidate);
        }

        // An end counts among the best, as it does without phrases; what lacks one only where time has run out.
        var bar = Bar(going, ending);
        var least = isLast && Length + 1 < Longest && Ended == 0 && ending.Count > 0 ? ending.Min(end => end.Lacks) : 0;
        foreach (var end in ending.Where(end => end.Lacks == least && (isLast || end.Sum >= bar)).OrderByDescending(end => end.Sum).Take(Beams))
        {
            var origin = (int)(end.Place / vocabulary);
            AddEnded(Finished(Live(origin), (int)(end.Place % vocabulary), end.Sum - SumOf(origin), end.Sum / Share(Length + 1)), Beams);
        }

        var kept = isLast ? [] : Allocate(going);
        if (kept.Length == 0 && Ended == 0)
        {
            Fail(new ForbiddenException($"After {Length} tokens nothing may follow, and what forceWordsIds and forceAnyWordsIds ask for does not all stand. Loosen the rules or options that forbid them."));
            return;
        }

        for (var i = 0; i < kept.Length; i++)
        {
            Keep(i, i);
        }

        GoOn([.. kept.Select(one => one.Sum)], [.. kept.Select(one => one.Place)], kept.Length, vocabulary);
        met = [.. Enumerable.Range(0, Beams).Select(beam => beam < kept.Length ? kept[beam].Met : 0)];
        if (isLast || kept.Length == 0 || !CanImprove())
        {
            End();
        }
    }

    // The candidates, and what goes on with a phrase, each once.
    private IEnumerable<(float Sum, long Place)> All(ReadOnlySpan<float> sums, ReadOnlySpan<long> places, int vocabulary)
    {
        var count = sums.Length / Beams;
        Dictionary<long, float> all = [];
        for (var i = 0; i < sums.Length; i++)
        {
            if (!float.IsNegativeInfinity(sums[i]))
            {
                all[places[i] + ((long)(i / count) * vocabulary)] = sums[i];
            }
        }

        foreach (var (place, sum) in Answered)
        {
            if (!float.IsNegativeInfinity(sum))
            {
                all[place] = sum;
            }
        }

        return all.Select(pair => (pair.Value, pair.Key));
    }

    // The sum that as many candidates reach as there are beams.
    private float Bar(List<Candidate> going, List<Candidate> ending)
    {
        float[] sums = [.. going.Concat(ending).Where(one => one.Lacks == 0).Select(one => one.Sum).OrderDescending().Take(Beams)];
        return sums.Length < Beams ? float.NegativeInfinity : sums[^1];
    }

    // By turns the best of those that lack as much, beginning with those that lack least; then best first.
    private Candidate[] Allocate(List<Candidate> going)
    {
        var room = Longest - Length - 1;
        Candidate[] fitting = [.. going.Where(one => one.Lacks <= room)];
        var banks = fitting.GroupBy(one => one.Lacks).OrderBy(bank => bank.Key).Select(bank => bank.OrderByDescending(one => one.Sum).ThenBy(one => one.Place).ToArray()).ToArray();
        return
        [
            .. banks.SelectMany((bank, at) => bank.Select((one, turn) => (one, turn, at))).OrderBy(each => each.turn).ThenBy(each => each.at).Take(Beams)
                .Select(each => each.one).OrderByDescending(one => one.Sum).ThenBy(one => one.Place),
        ];
    }

    private readonly record struct Candidate(float Sum, long Place, ulong Met, int Lacks);
}
