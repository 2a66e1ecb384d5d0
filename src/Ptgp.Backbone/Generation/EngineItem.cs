namespace Ptgp.Backbone.Generation;

/// <summary>A request in the engine: what is searched for it, and who waits.</summary>
internal sealed class EngineItem
{
    private readonly TaskCompletionSource<Written> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TextStream? stream;
    private readonly StopText? stops;
    private readonly ContinuedText text;
    private KeptStates? kept;

    public EngineItem(EngineRequest request, ITokenizer tokenizer, CancellationToken cancellation)
    {
        Check(request);
        Request = request;
        Encoded = request.Encoded as EncodedInput;
        Source = Encoded?.Features ?? request.Source!;
        int[] source = [.. Source.Tokens.Select(id => (int)id)];
        text = new(tokenizer, request.Options.Facts.WritesOn ? [.. source, .. request.Prefix] : request.Prefix);
        stops = request.Options.StopStrings.Count > 0 ? new(tokenizer, request.Options.StopStrings) : null;
        stream = request.OnPiece is { } onPiece ? new(tokenizer, text, stops, onPiece) : null;
        Search = DecodingLoop.Begin(new()
        {
            Options = request.Options,
            Source = source,
            Prefix = request.Prefix,
            Rules = request.Rules,
            ProbabilitiesOf = request.ProbabilitiesOf,
            ProbabilitiesAfter = request.ProbabilitiesAfter,
            Stops = stops,
            Cancellation = cancellation,
            OnCertain = stream is null ? null : stream.Add,
        });
    }

    public EngineRequest Request { get; }

    public Features Source { get; }

    public EncodedInput? Encoded { get; }

    public SourceSearch Search { get; }

    public Task<Written> Answer => answer.Task;

    /// <summary>Gets how long the input is, in states, of which two frames make one.</summary>
    public int Length => Encoded?.Length ?? (Source.FrameWidth > 0 ? (Source.Length + 1) / 2 : Source.Length);

    /// <summary>Gets what items must share to be read together; where a decoder reads, they are given as many tokens after that too.</summary>
    public object Key => (Request.Encode, Request.Adapter, Encoded is null, Request.Options.Facts.WritesOn ? Search.Given - Search.Seen : 0);

    /// <summary>Gets or sets how many pages of keys and values are promised to it.</summary>
    public int Pages { get; set; }

    /// <summary>Keeps what was read, if the attention to it will be wanted.</summary>
    public void Keep(EncodedStates encoded, int row) => kept = Request.Attention is null && Request.Options.CoveragePenalty == 0 ? null : new(encoded, row);

    public void Fail(Exception fault)
    {
        kept?.Dispose();
        answer.TrySetException(fault);
    }

    public void Cancel()
    {
        kept?.Dispose();
        answer.TrySetCanceled(Search.Job.Cancellation);
    }

    /// <summary>Answers with what the search found.</summary>
    /// <param name="weights">What it was written with.</param>
    public void Finish(Transformer weights)
    {
        if (Search.Fault is OperationCanceledException)
        {
            Cancel();
            return;
        }

        if (Search.Fault is { } fault)
        {
            Fail(fault);
            return;
        }

        try
        {
            using var states = kept;
            var found = Request.Options.CoveragePenalty > 0 ? Covering(weights, states!) : Search.Results;
            var attention = Request.Attention is { } wanted ? HypothesisAttention.Of(weights, this, found, wanted, states!) : [];
            var hypotheses = found.Select((raw, i) => Hypothesis(raw, attention.ElementAtOrDefault(i) ?? [])).ToArray();
            stream?.End();
            answer.TrySetResult(new() { Hypotheses = hypotheses, Probabilities = Search.Probabilities });
        }
#pragma warning disable CA1031 // Whoever asked gets it: his own OnPiece may throw.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            Fail(thrown);
        }
    }

    // Those first that leave little of the input out.
    private RawHypothesis[] Covering(Transformer weights, KeptStates states)
    {
        var (all, penalty) = (Search.Found, Request.Options.CoveragePenalty);
        var maps = HypothesisAttention.Of(weights, this, all, new(), states);
        RawHypothesis[] best =
        [
            .. all.Select((one, i) => one with { Score = one.Score + (float)(penalty * (maps.Count > 0 ? Coverage.Of(maps[i][0]) : 0)) })
                .OrderByDescending(one => one.Score).Take(Request.Options.NumReturnSequences),
        ];
        Search.Tell(best[0].Tokens);
        return best;
    }

    private Hypothesis Hypothesis(RawHypothesis raw, IReadOnlyList<float[,]> attention)
    {
        int[] ids = [.. WithoutEnd(raw)[Search.Given..]];
        return new()
        {
            Ids = ids,
            Text = stops is null ? text.Decode(ids) : stops.Cut(text.Decode(ids)),
            Score = raw.Score,
            LogProbabilities = raw.LogProbabilities,
            Finish = raw.Finish,
            Attention = attention,
        };
    }

    /// <summary>Gets the tokens of a hypothesis up to the end token.</summary>
    public ReadOnlySpan<int> WithoutEnd(RawHypothesis raw) =>
        Request.Options.EndIds.Contains(raw.Tokens[^1]) ? raw.Tokens.AsSpan(0, raw.Tokens.Length - 1) : raw.Tokens;

    private static void Check(EngineRequest request)
    {
        if (request.Source is null == request.Encoded is null)
        {
            throw new ArgumentException($"A {nameof(WritingRequest)} must have either a {nameof(WritingRequest.Source)} or an {nameof(WritingRequest.Encoded)} input, but has {(request.Source is null ? "neither" : "both")}.");
        }

        if (request.Encoded is not null and not EncodedInput)
        {
            throw new ArgumentException($"An {nameof(WritingRequest.Encoded)} input must come from {nameof(IAnswering.EncodeAsync)}, but is a {request.Encoded.GetType().Name}.");
        }

        if (request.Source?.Length == 0)
        {
            throw new ArgumentException($"The {nameof(WritingRequest.Source)} of a {nameof(WritingRequest)} must hold at least one token or frame, but holds none.");
        }

        var vocabulary = request.Options.Facts.Vocabulary;
        if (request.Prefix.Concat(request.ProbabilitiesOf).Where(id => id < 0 || id >= vocabulary).Cast<int?>().FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException($"A {nameof(WritingRequest)} names id {unknown}, but the backbone writes ids from 0 to {vocabulary - 1}.");
        }

        if (request.ProbabilitiesAfter is { } after && (after < 0 || after > request.Prefix.Count))
        {
            throw new ArgumentException($"{nameof(WritingRequest.ProbabilitiesAfter)} must be from 0 to the length of the prefix, {request.Prefix.Count}, but is {after}.");
        }
    }
}
