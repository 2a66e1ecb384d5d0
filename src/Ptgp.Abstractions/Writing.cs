namespace Ptgp;

/// <summary>Asks the backbone to write.</summary>
public sealed record WritingRequest
{
    /// <summary>Gets what is read: the source, or the prompt on a decoder-only backbone. Either this or <see cref="Encoded"/>.</summary>
    public Features? Source { get; init; }

    /// <summary>Gets what was read already. Either this or <see cref="Source"/>.</summary>
    public IEncodedInput? Encoded { get; init; }

    /// <summary>Gets the token ids that the answer is made to begin with, after the start token.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Gets what this answer must keep to, whoever asks; what is null here stands as in <see cref="IAnswering.Options"/>. What a caller may change belongs in the plugin's <c>Generation</c>.</summary>
    public GenerationOptions Options { get; init; } = new();

    /// <summary>Gets rules beyond the options.</summary>
    public IReadOnlyList<LogitsRule> Rules { get; init; } = [];

    /// <summary>Gets the token ids whose probabilities are wanted; see <see cref="Written.Probabilities"/>.</summary>
    public IReadOnlyList<int> ProbabilitiesOf { get; init; } = [];

    /// <summary>Gets after how many tokens of <see cref="Prefix"/> these probabilities are taken.</summary>
    /// <value>From 0, right after the start token, to the length of the prefix. Null, the default, is after the whole prefix.</value>
    public int? ProbabilitiesAfter { get; init; }

    /// <summary>Gets which attention to the source is wanted; null, the default, for none, which costs nothing.</summary>
    public AttentionRequest? Attention { get; init; }

    /// <summary>Gets what is called with each piece of text as soon as it is certain; pieces are never taken back, and joined they are the text. Called in order, on a thread of the host's: it must not block.</summary>
    public Action<Piece>? OnPiece { get; init; }
}

/// <summary>Which attention of the written tokens to the source is wanted.</summary>
public sealed record AttentionRequest
{
    /// <summary>Gets the heads, one map each, in this order; null for one map, the mean over all layers and heads.</summary>
    public IReadOnlyList<AttentionHead>? Heads { get; init; }
}

/// <summary>One head of the decoder's attention to the source, both counted from 0.</summary>
public readonly record struct AttentionHead(int Layer, int Head);

/// <summary>A piece of text that has become certain.</summary>
public readonly record struct Piece(string Text);

/// <summary>What the backbone wrote.</summary>
public sealed record Written
{
    /// <summary>Gets the hypotheses, best first; at least one.</summary>
    public required IReadOnlyList<Hypothesis> Hypotheses { get; init; }

    /// <summary>Gets the probabilities of <see cref="WritingRequest.ProbabilitiesOf"/>, before any rule, in that order.</summary>
    public IReadOnlyList<float> Probabilities { get; init; } = [];

    /// <summary>Gets the best hypothesis.</summary>
    public Hypothesis Best => Hypotheses[0];
}

/// <summary>One sequence that the backbone wrote.</summary>
public sealed record Hypothesis
{
    /// <summary>Gets the token ids, without start token, prefix and end; those of a stop string are among them.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>Gets the text of the ids, special tokens left out, up to a stop string, as it continues what stands before it, with the blank between them: the prefix, and what was read on a backbone that writes on from that.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the score: the summed log-probability of what was written, the end included, after the rules; in beam search divided by the length to the power of the length penalty. What narrows a draw, such as temperature, counts in beam search alone.</summary>
    public required double Score { get; init; }

    /// <summary>Gets the log-probability of each of <see cref="Ids"/> and then of the end, if it was written, after the rules: what <see cref="Score"/> sums.</summary>
    public IReadOnlyList<float> LogProbabilities { get; init; } = [];

    /// <summary>Gets why it ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>Gets the attention asked for, one map a head or one in all: for each id of the prefix and then of <see cref="Ids"/> (rows) how much the step that chose it looked at each source position (columns).</summary>
    public IReadOnlyList<float[,]> Attention { get; init; } = [];
}

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>An end token or a stop string was written.</summary>
    End,

    /// <summary>The length ran out, or the time.</summary>
    Length,
}

/// <summary>An input that the backbone has read and keeps, so that several answers can be written to it. Dispose it when done.</summary>
public interface IEncodedInput : IDisposable
{
    /// <summary>Gets how many states it has.</summary>
    int Length { get; }
}
