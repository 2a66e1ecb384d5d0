using Ptgp.Backbone.Generation.Rules;
using Ptgp.Backbone.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Writes for all sources of a batch, a token a step. Synchronous, on the device's thread, without gradients.</summary>
/// <remarks>A step is one pass of the decoder, the rules if there are any, one choice of candidates, one small read and one small upload; all else is managed bookkeeping.</remarks>
internal sealed class DecodingLoop
{
    private readonly DecodingState state;
    private readonly Device device;
    private readonly RuleRunner rules;
    private readonly Sampler sampler;
    private readonly int beams, vocabulary;
    private readonly Action<SourceSearch>? onEnded;
    private readonly List<SourceSearch> writing;
    private List<SourceSearch> sources;

    /// <summary>Begins for sources in the order of the state's rows, all of them with as many rows, and all of them by beams or none.</summary>
    /// <param name="state">The decoder's memory.</param>
    /// <param name="sources">What is searched.</param>
    /// <param name="device">The device of the scores.</param>
    /// <param name="onEnded">Is told of each source as soon as it has ended, while others go on.</param>
    public DecodingLoop(DecodingState state, IReadOnlyList<SourceSearch> sources, Device device, Action<SourceSearch>? onEnded = null)
    {
        this.state = state;
        this.device = device;
        this.onEnded = onEnded;
        this.sources = [.. sources];
        writing = [.. sources];
        beams = sources[0].Beams;
        vocabulary = sources[0].Options.Facts.Vocabulary;
        rules = new(beams, vocabulary, normalizes: sources[0].SeesLogProbabilities);
        sampler = new(beams, vocabulary);
    }

    public static SourceSearch Begin(WritingJob job) =>
        job.Options.NumBeams == 1 ? new RowSearch(job) : job.Options.MostEnded is null ? new BeamSearch(job) : new PatientBeamSearch(job);

    /// <summary>Writes until every source has ended.</summary>
    public void Run()
    {
        using (NewDisposeScope())
        {
            var given = FeedGiven();
            Read(state.Next(given));
        }

        while (GoesOn())
        {
            using var scope = NewDisposeScope();
            Shrink();
            Reorder();
            var tokens = Upload(sources.SelectMany(source => source.Next.Select(token => (long)token))).view(-1, 1);
            Read(state.Next(tokens));
        }
    }

    private bool GoesOn()
    {
        writing.RemoveAll(source =>
        {
            if (source.HasEnded)
            {
                onEnded?.Invoke(source);
            }

            return source.HasEnded;
        });
        return writing.Count > 0;
    }

    /// <summary>Appends what all sources are given before the first score is wanted of one of them.</summary>
    /// <returns><c>[rows, count]</c>.</returns>
    private Tensor FeedGiven()
    {
        var count = sources.Min(source => (source.Job.ProbabilitiesOf.Count > 0 ? source.ProbabilitiesAt : source.Given) - source.Seen);
        foreach (var source in sources)
        {
            for (var place = 0; place < source.Seen + count; place++)
            {
                source.Give(source.GivenAt(place));
            }
        }

        return Upload(sources.SelectMany(source => Enumerable.Repeat(source, beams)).SelectMany(source => Enumerable.Range(source.Seen, count).Select(place => (long)source.GivenAt(place))))
            .view(sources.Count * beams, count);
    }

    /// <summary>Takes one step's logits, <c>[rows, vocabulary]</c>, to one more token for each source.</summary>
    private void Read(Tensor logits)
    {
        foreach (var source in sources.Where(source => !source.HasEnded && source.Job.Cancellation.IsCancellationRequested))
        {
            source.Fail(new OperationCanceledException(source.Job.Cancellation));
        }

        TakeProbabilities(logits);
        if (sources.Exists(source => source.Chooses))
        {
            var (sums, places) = Candidates(logits);
            for (var slot = 0; slot < sources.Count; slot++)
            {
                var source = sources[slot];
                var count = sums.Length / sources.Count;
                if (source.Chooses)
                {
                    Guard(source, () => source.Advance(sums.AsSpan(slot * count, count), places.AsSpan(slot * count, count)));
                    continue;
                }

                Follow(source);
            }
        }
        else
        {
            sources.ForEach(Follow);
        }

        static void Follow(SourceSearch source)
        {
            if (!source.HasEnded)
            {
                source.Give(source.GivenAt(source.Length));
            }
        }
    }

    /// <summary>Finds the candidates of each source, the best or those that are drawn: summed log-probabilities and places, each <c>[sources, candidates]</c> in one array.</summary>
    private (float[] Sums, long[] Places) Candidates(Tensor logits)
    {
        var (scores, normalizers) = rules.Run(logits, sources);
        var sums = new float[sources.Count * beams];
        for (var row = 0; row < sums.Length; row++)
        {
            sums[row] = sources[row / beams].Draws ? float.NegativeInfinity : sources[row / beams].SumOf(row % beams);
        }

        var count = Math.Min(sources.Max(source => source.Candidates), beams * vocabulary);
        if (!sources.Exists(source => source.Draws))
        {
            return RowKernels.Best(scores, normalizers, sums, beams, count);
        }

        // Drawn first: scores may be changed when the best are looked for.
        var drawn = sampler.Draw(scores, normalizers, sources, count);
        if (sources.Exists(source => source.Chooses && !source.Draws))
        {
            var best = RowKernels.Best(scores, normalizers, sums, beams, count);
            for (var slot = 0; slot < sources.Count; slot++)
            {
                if (!sources[slot].Draws)
                {
                    best.Sums.AsSpan(slot * count, count).CopyTo(drawn.Sums.AsSpan(slot * count));
                    best.Places.AsSpan(slot * count, count).CopyTo(drawn.Places.AsSpan(slot * count));
                }
            }
        }

        return drawn;
    }

    private void TakeProbabilities(Tensor logits)
    {
        for (var slot = 0; slot < sources.Count; slot++)
        {
            var source = sources[slot];
            var ids = source.Job.ProbabilitiesOf;
            if (ids.Count > 0 && !source.HasEnded && source.Length == source.ProbabilitiesAt)
            {
                source.Probabilities = Host.Floats(logits.select(0, slot * beams).softmax(0).index_select(0, Upload(ids.Select(id => (long)id))));
            }
        }
    }

    /// <summary>Lets ended sources go when enough of them are there to pay for the copy.</summary>
    private void Shrink()
    {
        var live = sources.FindAll(source => !source.HasEnded);
        if (live.Count * 8 <= sources.Count * 7)
        {
            Reorder();
            state.Keep(Upload(live.Select(source => (long)sources.IndexOf(source))));
            sources = live;
        }
    }

    private void Reorder()
    {
        if (sources.Exists(source => !source.HasEnded && source.IsReordered))
        {
            state.Reorder(Upload(sources.SelectMany((source, slot) => source.Origins.Select(origin => ((long)slot * beams) + origin))));
            sources.ForEach(source => source.Settle());
        }
    }

    private Tensor Upload(IEnumerable<long> values) => tensor(values.ToArray(), device: device);

    private static void Guard(SourceSearch source, Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // A fault in one request, in its rule or in what it is told, ends that request alone.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            source.Fail(fault);
        }
    }
}
