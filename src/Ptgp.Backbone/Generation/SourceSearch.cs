using Ptgp.Backbone.Generation.Rules;
using Ptgp.Backbone.Generation.Sampling;

namespace Ptgp.Backbone.Generation;

/// <summary>The search for what to write for one source: managed state only, so that sources of one batch start, end and leave independently.</summary>
internal abstract class SourceSearch
{
    private readonly long seed;
    private int told;
    private long? begun;

    protected SourceSearch(WritingJob job, int beams)
    {
        Job = job;
        Options = job.Options;
        Beams = beams;
        Beginning = Options.Facts.WritesOn ? job.Source : [Options.StartId];
        Longest = Options.LongestAfter(job.Prefix.Count, Beginning.Count);
        Rules = RuleSet.From(Options, Beginning.Count, job.Prefix.Count, Longest, [.. job.Source], job.Rules);
        Given = Beginning.Count + job.Prefix.Count;
        told = Given;
        seed = Options.Seed ?? Random.Shared.NextInt64();
        Next = new int[beams];
        Origins = [.. Enumerable.Range(0, beams)];
    }

    public WritingJob Job { get; }

    public ResolvedOptions Options { get; }

    public RuleSet Rules { get; }

    /// <summary>Gets how many rows it takes in the batch.</summary>
    public int Beams { get; }

    /// <summary>Gets how many lists of candidates it looks at, each of as many of its rows, in their order.</summary>
    public virtual int Lists => 1;

    /// <summary>Gets how many candidates a list has.</summary>
    public abstract int Candidates { get; }

    /// <summary>Gets whether rules see log-probabilities, as in beam search, or logits.</summary>
    public abstract bool SeesLogProbabilities { get; }

    /// <summary>Gets how long a sequence may grow.</summary>
    public int Longest { get; }

    /// <summary>Gets what every hypothesis begins with: the start token, or what was read where the decoder writes on from it.</summary>
    public IReadOnlyList<int> Beginning { get; }

    /// <summary>Gets how many tokens of the beginning the decoder has seen before it is fed any: all of what was read, and no start token.</summary>
    public int Seen => Options.Facts.WritesOn ? Beginning.Count : 0;

    /// <summary>Gets how many tokens were given: the beginning and the prefix.</summary>
    public int Given { get; }

    /// <summary>Gets how many tokens each live hypothesis has.</summary>
    public int Length { get; protected set; }

    /// <summary>Gets the last token of each row.</summary>
    public int[] Next { get; }

    /// <summary>Gets, for each row, the row whose continuation it is, counted within the source.</summary>
    public int[] Origins { get; }

    public bool HasEnded { get; private set; }

    /// <summary>Gets whether the next token is to be chosen, and not given.</summary>
    public bool Chooses => !HasEnded && Length >= Given;

    /// <summary>Gets why the source ended without a result; null when it did not.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Gets whether its next tokens are to be drawn.</summary>
    public bool Draws => Options.DoSample && Chooses;

    /// <summary>Gets the noise by which the next token of a row is drawn: the same for each row and step of a seed, whatever the batch.</summary>
    public Noise NoiseOf(int beam) => new(seed, beam, Length - Given);

    /// <summary>Gets the probabilities that were asked for, once they are known.</summary>
    public float[] Probabilities { get; set; } = [];

    /// <summary>Gets the token at a place within beginning and prefix.</summary>
    public int GivenAt(int place) => place < Beginning.Count ? Beginning[place] : Job.Prefix[place - Beginning.Count];

    /// <summary>Gets after how many tokens the probabilities that were asked for are taken.</summary>
    public int ProbabilitiesAt => Beginning.Count + (Job.ProbabilitiesAfter ?? Job.Prefix.Count);

    /// <summary>Gets the places, row within the source · vocabulary + id, whose sums are wanted beside the candidates'.</summary>
    public virtual IReadOnlyList<long> Asked => [];

    /// <summary>Gets or sets the places that were <see cref="Asked"/> for in this step, and their sums.</summary>
    public IReadOnlyList<(long Place, float Sum)> Answered { get; set; } = [];

    public abstract ReadOnlySpan<int> Written(int beam);

    /// <summary>Gets the summed log-probability of a row; negative infinity where no hypothesis stands.</summary>
    public abstract float SumOf(int beam);

    /// <summary>Gets all that has ended, best first.</summary>
    public abstract IReadOnlyList<RawHypothesis> Found { get; }

    /// <summary>Gets what is wanted of <see cref="Found"/>.</summary>
    public IReadOnlyList<RawHypothesis> Results => [.. Found.Take(Options.NumReturnSequences)];

    /// <summary>Gets what guesses its next tokens; null where nothing does.</summary>
    public virtual PromptLookup? Lookup => null;

    /// <summary>Gets the longest beginning that all hypotheses share, live or ended.</summary>
    public abstract ReadOnlySpan<int> Certain();

    /// <summary>Gets whether a row goes on from another one.</summary>
    public bool IsReordered { get; protected set; }

    /// <summary>Notes that the batch has brought its rows into the new order.</summary>
    public void Settle()
    {
        for (var beam = 0; beam < Beams; beam++)
        {
            Origins[beam] = beam;
        }

        IsReordered = false;
    }

    /// <summary>Appends a given token to every row.</summary>
    public void Give(int token)
    {
        begun ??= Job.Clock.GetTimestamp();
        Append(token);
        Array.Fill(Next, token);
    }

    /// <summary>Goes on by one token.</summary>
    /// <param name="sums">Summed log-probabilities of the best candidates of each list, best first.</param>
    /// <param name="places">Their places: row within the list · vocabulary + id.</param>
    public void Advance(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        if (sums.IndexOf(float.NaN) >= 0)
        {
            Fail(new InvalidOperationException($"The backbone's scores after {Length} tokens are not numbers. Its weights, or a rule, are broken."));
            return;
        }

        if (IsStuck(sums))
        {
            Fail(new ForbiddenException($"After {Length} tokens every token is forbidden. Loosen the rules or options that forbid them."));
            return;
        }

        Choose(sums, places);
        if (Job.OnCertain is not null && Fault is null)
        {
            Tell(Certain());
        }
    }

    /// <summary>Tells whoever listens what has become certain, as far as it was not told.</summary>
    public void Tell(ReadOnlySpan<int> certain)
    {
        if (Job.OnCertain is { } tell && certain.Length > told)
        {
            tell(certain[told..].ToArray());
            told = certain.Length;
        }
    }

    public void Fail(Exception fault)
    {
        Fault = fault;
        HasEnded = true;
    }

    protected abstract void Append(int token);

    protected abstract void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places);

    /// <summary>Tells whether nothing may follow and nothing has ended.</summary>
    protected virtual bool IsStuck(ReadOnlySpan<float> sums) => float.IsNegativeInfinity(sums[0]) && Found.Count == 0;

    /// <summary>Tells whether the next token is the last one whatever it is, because length or time run out.</summary>
    protected bool IsLast() =>
        Length + 1 == Longest || (Options.MaxTime is { } most && begun is { } since && Job.Clock.GetElapsedTime(since) >= most);

    /// <summary>Tells whether a row ends with a token.</summary>
    protected bool IsEnd(WrittenRow row, int token) => Options.EndIds.Contains(token) || Job.Stops?.Ends(row.Tokens(Length)[Given..], token) == true;

    protected void End() => HasEnded = true;

    protected RawHypothesis Finished(WrittenRow row, int last, float logProbability, float score)
    {
        // A forced end at the last place does not say that the text was over.
        var ended = IsEnd(row, last) && !(Length + 1 == Longest && last == Options.ForcedEosTokenId);
        return new([.. row.Tokens(Length), last], [.. row.LogProbabilities(Length)[Given..], logProbability], score, ended ? FinishReason.End : FinishReason.Length);
    }
}
