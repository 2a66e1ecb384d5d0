using Ptgp.Backbone.Generation.Rules;
using Ptgp.Backbone.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Writes for the sources of a running batch, a token a step; they join between steps and leave as soon as they have ended. Synchronous, on the device's thread, without gradients.</summary>
/// <remarks>A step is one pass of the decoder, the rules if there are any, one choice of candidates, one small read and one small upload; all else is managed bookkeeping.</remarks>
/// <param name="batch">The decoder's memory; it becomes the loop's.</param>
/// <param name="device">The device of the scores.</param>
internal sealed class DecodingLoop(DecodingBatch batch, Device device) : IDisposable
{
    private readonly Dictionary<ChoiceKey, Chooser> choosers = [];
    private List<Writing> writing = [];

    /// <summary>Gets how many rows are written.</summary>
    public int Rows => writing.Sum(source => source.Search.Beams);

    public static SourceSearch Begin(WritingJob job) =>
        job.Options.NumBeams == 1 ? new RowSearch(job)
        : job.Options.NumBeamGroups > 1 ? new DiverseBeamSearch(job)
        : job.Options.ForcesWords ? new PhraseBeamSearch(job)
        : job.Options.MostEnded is null ? new BeamSearch(job) : new PatientBeamSearch(job);

    /// <summary>Writes to what was read, and to nothing else.</summary>
    /// <param name="transformer">The backbone.</param>
    /// <param name="encoded">What was read.</param>
    /// <param name="sources">What is searched, in the order of the rows of what was read.</param>
    /// <param name="adapter">The task's deltas.</param>
    /// <param name="gathers">See <see cref="KeyValuePool"/>.</param>
    public static void Write(Transformer transformer, EncodedStates encoded, IReadOnlyList<SourceSearch> sources, Adapter? adapter = null, bool gathers = false)
    {
        using var pool = transformer.MakePool(gathers: gathers);
        using DecodingLoop loop = new(transformer.BeginBatch(pool), transformer.Device);
        loop.Join(sources, encoded, adapter);
        loop.Run();
    }

    /// <summary>Lets sources that were read together join.</summary>
    /// <param name="sources">What is searched, in the order of the rows of what was read.</param>
    /// <param name="encoded">What was read.</param>
    /// <param name="adapter">The task's deltas.</param>
    /// <param name="onEnded">Is told of each source as soon as it has ended, while others go on.</param>
    public void Join(IReadOnlyList<SourceSearch> sources, EncodedStates encoded, Adapter? adapter = null, Action<SourceSearch>? onEnded = null)
    {
        var slots = batch.Join(encoded, [.. sources.Select(source => source.Beams)], adapter);
        writing.AddRange(sources.Select((source, at) => new Writing(source, slots[at], adapter, onEnded)));
        // Rows of one adapter, and what is chosen alike, are computed together.
        writing = [.. writing.GroupBy(source => source.Adapter ?? (object)this).SelectMany(alike => alike.GroupBy(source => Key(source.Search)).SelectMany(same => same))];
    }

    /// <summary>Writes a token for each source.</summary>
    /// <returns>Whether any source goes on.</returns>
    public bool Step()
    {
        Leave();
        if (writing.Count > 0)
        {
            using var scope = NewDisposeScope();
            var feeds = writing.ConvertAll(source => source.Feed());
            Read(batch.Next(feeds));
            Leave();
        }

        return writing.Count > 0;
    }

    /// <summary>Writes until every source has ended.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Ends every source with a fault.</summary>
    public void Fail(Exception fault)
    {
        writing.ForEach(source => source.Search.Fail(fault));
        Leave();
    }

    public void Dispose() => batch.Dispose();

    private void Leave()
    {
        foreach (var source in writing.Where(source => !source.Search.HasEnded && source.Search.Job.Cancellation.IsCancellationRequested))
        {
            source.Search.Fail(new OperationCanceledException(source.Search.Job.Cancellation));
        }

        Writing[] ended = [.. writing.Where(source => source.Search.HasEnded)];
        if (ended.Length > 0)
        {
            writing.RemoveAll(source => source.Search.HasEnded);
            foreach (var source in ended)
            {
                batch.Leave(source.Slot);
                source.OnEnded?.Invoke(source.Search);
            }
        }
    }

    /// <summary>Takes one step's logits, <c>[rows, vocabulary]</c>, to one more token for each source.</summary>
    private void Read(Tensor logits)
    {
        for (int first = 0, row = 0; first < writing.Count;)
        {
            if (writing[first].Guessed is { Length: > 0 } guessed)
            {
                Read(logits.narrow(0, row, guessed.Length + 1), writing[first]);
                (first, row) = (first + 1, row + guessed.Length + 1);
                continue;
            }

            var key = Key(writing[first].Search);
            SourceSearch[] alike = [.. writing.Skip(first).TakeWhile(source => source.Guessed.Length == 0 && Key(source.Search) == key).Select(source => source.Search)];
            var rows = alike.Length * key.Beams;
            ChooserOf(key).Choose(rows == logits.size(0) ? logits : logits.narrow(0, row, rows), alike);
            (first, row) = (first + alike.Length, row + rows);
        }
    }

    // Takes what may follow a token, and each that was guessed behind it, to as many tokens as were guessed right and one more.
    private void Read(Tensor logits, Writing source)
    {
        var (search, guessed, right) = (source.Search, source.Guessed, 0);
        for (var at = 0; at <= guessed.Length; at++)
        {
            ChooserOf(Key(search)).Choose(logits.narrow(0, at, 1), [search]);
            if (search.HasEnded || at == guessed.Length || search.Next[0] != guessed[at])
            {
                break;
            }

            right++;
        }

        source.Learn(right);
    }

    private Chooser ChooserOf(ChoiceKey key)
    {
        if (!choosers.TryGetValue(key, out var chooser))
        {
            choosers.Add(key, chooser = new(key.Beams, key.Lists, key.Vocabulary, key.Normalizes, device));
        }

        return chooser;
    }

    private static ChoiceKey Key(SourceSearch source) => new(
        source.Beams, source.Lists, source.Options.Facts.Vocabulary, source.SeesLogProbabilities, source.SeesLogProbabilities && source.Rules.Renormalizes, source.SeesLogProbabilities && source.Rules.ReadsScores(source.Length));

    // What sources share for whom is chosen together: how their scores are normalized too, so that nobody's are rounded otherwise for the sake of others.
    private readonly record struct ChoiceKey(int Beams, int Lists, int Vocabulary, bool Normalizes, bool Renormalizes, bool ReadsScores);

    private sealed class Writing(SourceSearch search, DecodingSlot slot, Adapter? adapter, Action<SourceSearch>? onEnded)
    {
        private bool hasBegun;

        public SourceSearch Search => search;

        public DecodingSlot Slot => slot;

        public Adapter? Adapter => adapter;

        public Action<SourceSearch>? OnEnded => onEnded;

        /// <summary>Gets what was guessed to follow, and fed with what it follows.</summary>
        public int[] Guessed { get; private set; } = [];

        /// <summary>Forgets what was guessed wrong.</summary>
        /// <param name="right">How many guesses, from the first on, were right.</param>
        public void Learn(int right)
        {
            search.Lookup!.Learn(Guessed.Length, right);
            slot.GoBack(Guessed.Length - right);
            Guessed = [];
        }

        public DecodingFeed Feed()
        {
            if (hasBegun)
            {
                if (search.IsReordered)
                {
                    slot.Reorder(search.Origins);
                    search.Settle();
                }

                Guessed = search.Lookup is { } lookup && slot.CanGoBack ? lookup.Guess(search.Written(0), search.Longest - search.Length - 1) : [];
                return Guessed.Length > 0 ? new(slot, (int[])[search.Next[0], .. Guessed], IsShared: true, ScoresEach: true) : new(slot, search.Next, IsShared: false);
            }

            // All that is given before the first score is wanted.
            hasBegun = true;
            var end = search.Job.ProbabilitiesOf.Count > 0 ? search.ProbabilitiesAt : search.Given;
            for (var place = 0; place < end; place++)
            {
                search.Give(search.GivenAt(place));
            }

            return new(slot, Enumerable.Range(search.Seen, end - search.Seen).Select(search.GivenAt).ToArray(), IsShared: true);
        }
    }
}
