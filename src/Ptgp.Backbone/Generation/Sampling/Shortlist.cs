namespace Ptgp.Backbone.Generation.Sampling;

/// <summary>What may follow a row, in no order, while it is cut down to what one token is drawn from.</summary>
internal sealed class Shortlist
{
    private Candidate[] candidates = new Candidate[64];
    private double[] keys = [];

    public int Count { get; private set; }

    public ReadOnlySpan<Candidate> Candidates => candidates.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int id, float logit)
    {
        if (Count == candidates.Length)
        {
            Array.Resize(ref candidates, Count * 2);
        }

        candidates[Count++] = new(id, logit, logit);
    }

    /// <summary>Changes every score to <c>(score - offset) / divisor</c>.</summary>
    public void Scale(double offset, double divisor)
    {
        foreach (ref var candidate in candidates.AsSpan(0, Count))
        {
            candidate = candidate with { Score = (candidate.Score - offset) / divisor };
        }
    }

    /// <summary>Computes the logarithm of the summed exponentials of the scores.</summary>
    public double LogSumExp()
    {
        var most = Best(1);
        var sum = 0.0;
        foreach (var candidate in Candidates)
        {
            sum += Math.Exp(candidate.Score - most);
        }

        return most + Math.Log(sum);
    }

    /// <summary>Computes the entropy of the distribution, in nats.</summary>
    public double Entropy()
    {
        var (all, entropy) = (LogSumExp(), 0.0);
        foreach (var candidate in Candidates)
        {
            entropy -= Math.Exp(candidate.Score - all) * (candidate.Score - all);
        }

        return entropy;
    }

    /// <summary>Finds the score that as many candidates reach; negative infinity where there are fewer.</summary>
    public double Best(int rank)
    {
        var best = new double[rank];
        Array.Fill(best, double.NegativeInfinity);
        foreach (var candidate in Candidates)
        {
            var place = rank - 1;
            if (candidate.Score <= best[place])
            {
                continue;
            }

            for (; place > 0 && best[place - 1] < candidate.Score; place--)
            {
                best[place] = best[place - 1];
            }

            best[place] = candidate.Score;
        }

        return best[^1];
    }

    /// <summary>Keeps what reaches a score, and the best whatever their scores.</summary>
    public void KeepFrom(double bar, int fewest)
    {
        bar = Math.Min(bar, Best(fewest));
        var kept = 0;
        foreach (var candidate in Candidates)
        {
            if (candidate.Score >= bar)
            {
                candidates[kept++] = candidate;
            }
        }

        Count = kept;
    }

    /// <summary>Keeps the likeliest, the fewest that have a probability together, and the best whatever theirs is.</summary>
    public void KeepLikeliest(double probability, int fewest)
    {
        var all = LogSumExp();

        // Were all of those below this bar at it, they would still not be needed: they need not be sorted.
        KeepFrom(all + Math.Log((1 - probability) / Count), fewest);
        candidates.AsSpan(0, Count).Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Id.CompareTo(b.Id));
        var (kept, before) = (0, 0.0);
        for (; kept < Count && (kept < fewest || before < probability); kept++)
        {
            before += Math.Exp(candidates[kept].Score - all);
        }

        Count = kept;
    }

    /// <summary>Keeps those whose surprise is nearest to the expected one, the fewest that have a probability together.</summary>
    public void KeepMostTypical(double probability, int fewest)
    {
        var (all, entropy) = (LogSumExp(), Entropy());
        if (keys.Length < Count)
        {
            keys = new double[candidates.Length];
        }

        for (var i = 0; i < Count; i++)
        {
            keys[i] = Math.Abs(all - candidates[i].Score - entropy);
        }

        Array.Sort(keys, candidates, 0, Count);
        var last = 0;
        for (var together = Share(last); together < probability && last < Count - 1; together += Share(last))
        {
            last++;
        }

        var kept = last + 1;
        while (kept < Count && (keys[kept] <= keys[last] || kept < fewest))
        {
            kept++;
        }

        Count = kept;

        double Share(int at) => Math.Exp(candidates[at].Score - all);
    }

    /// <summary>Draws one; there must be one.</summary>
    public Candidate Draw(Noise noise)
    {
        // What cannot win whatever its noise is gets none; the likeliest comes first, so that this is most of them.
        var (most, chosen, best) = (Best(1), candidates[0], double.NegativeInfinity);
        foreach (var candidate in Candidates)
        {
            if (candidate.Score == most && candidate.Score + noise.Of(candidate.Id) is var value && value > best)
            {
                (chosen, best) = (candidate, value);
            }
        }

        foreach (var candidate in Candidates)
        {
            if (candidate.Score + Noise.Most > best && candidate.Score + noise.Of(candidate.Id) is var value && value > best)
            {
                (chosen, best) = (candidate, value);
            }
        }

        return chosen;
    }
}

/// <summary>What may follow.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Logit">Its score as the rules left it.</param>
/// <param name="Score">Its score for the draw.</param>
internal readonly record struct Candidate(int Id, float Logit, double Score);
