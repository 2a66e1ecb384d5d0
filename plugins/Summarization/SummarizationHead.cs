using Microsoft.Extensions.Logging;
using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>Summarizes what fits the backbone at once, and longer texts by the summaries of their parts.</summary>
internal sealed class SummarizationHead : WritingHead<Document, Summary>
{
    private readonly SummarizationOptions options;
    private readonly ILogger log;
    private readonly string prefix;
    private readonly string? reads;
    private readonly string? writes;
    private int isWarned;

    /// <summary>Makes a head.</summary>
    /// <exception cref="OptionException">The backbone was not taught the options' language.</exception>
    public SummarizationHead(IBackbone backbone, SummarizationOptions options, ILogger log)
        : base(backbone)
    {
        (this.options, this.log) = (options, log);
        prefix = options.Prefix ?? backbone.Description.Prefixes.GetValueOrDefault("summarization", "");
        reads = options.Language is { } language && Languages.Count > 0 ? LanguageNames.Find(Languages.Keys, language, "language") : null;
        writes = reads?.StartsWith(">>", StringComparison.Ordinal) == true ? null : reads;     // a tag stands before the source alone
    }

    /// <summary>Gets how many tokens stand around every text.</summary>
    public int Around => Encode("").Tokens.Count;

    private IReadOnlyDictionary<string, int> Languages => Backbone.Tokenizer.Languages;

    /// <inheritdoc />
    public override Features EncodeInput(Document part) => Features.FromText(Encode(part.Text, Backbone.MaxLength));

    /// <inheritdoc />
    public override Target? EncodeTarget(Document part, Summary output) => string.IsNullOrWhiteSpace(part.Text) ? null : base.EncodeTarget(part, output);

    /// <inheritdoc />
    public override async Task<Summary> AnswerAsync(Document input, IAnswering<Document, Summary, Summary> host, CancellationToken cancellation)
    {
        var limits = SentenceLimits.Of(input, options);
        var length = string.IsNullOrWhiteSpace(input.Text) ? 0 : Encode(input.Text).Tokens.Count;
        var isOverlong = length > Backbone.MaxLength;
        CheckForm(host.Options, limits, isOverlong && options.Overlong == Overlong.Split);
        if (isOverlong && options.Overlong == Overlong.Error)
        {
            throw LongText.Refusal(length, Backbone.MaxLength);
        }

        var shortening = new Shortening(text => Encode(text), Request, Backbone.MaxLength, options.Language);
        var (text, parts) = isOverlong && options.Overlong == Overlong.Split ? await shortening.RunAsync(input.Text, host, cancellation).ConfigureAwait(false) : (input.Text, []);
        var summary = new Summary { Text = "", Tokens = isOverlong ? length : null, Split = parts.Count > 0 ? parts : null };
        if (string.IsNullOrWhiteSpace(text))
        {
            return summary;
        }

        Note(length, host.Options);
        IReadOnlyList<int> ends = host.Options.EosTokenId is { Count: > 0 } own ? own : [Backbone.Tokenizer.EndId];
        var request = Request(text, new()) with { Rules = limits.Any ? [new SentenceRule(Backbone.Tokenizer, limits, ends)] : [] };
        var written = await WriteAsync(request, host, soFar => host.Report(new() { Text = limits.Cut(soFar) }), cancellation).ConfigureAwait(false);
        if (parts.Count > 0)
        {
            host.ReportProgress(1);
        }

        return summary with
        {
            Text = limits.Cut(written.Best.Text),
            Score = written.Best.Score,
            Hypotheses = ScoredText.AllOf(written) is { } all ? [.. all.Select(one => one with { Text = limits.Cut(one.Text) })] : null,
            Unfinished = written.Best.Finish == FinishReason.Length ? true : null,
            Truncated = request.Source!.Dropped is > 0 and var dropped ? dropped : null,
        };
    }

    /// <inheritdoc />
    protected override string TextOf(Summary output) => output.Text;

    /// <inheritdoc />
    protected override EncodingOptions TargetEncoding(Document input) => new() { Language = writes };

    /// <inheritdoc />
    protected override Summary Compose(Document input, string text, Written? written) => new() { Text = text, Score = written?.Best.Score };

    private WritingRequest Request(string text, GenerationOptions wanted) => new()
    {
        Source = EncodeInput(new() { Text = text }),
        Options = writes is null ? wanted : wanted with { ForcedBosTokenId = Languages[writes] },
    };

    private EncodedText Encode(string text, int maxLength = int.MaxValue) => Backbone.Tokenizer.Encode(prefix + text, new() { Language = reads, MaxLength = maxLength });

    private static void CheckForm(GenerationOptions asked, SentenceLimits limits, bool splits)
    {
        if (WrittenForm.NameOf(asked) is { } form && (limits.Any || splits))
        {
            throw new FormatException($"A summary keeps to a form ('{form}') where nothing else cuts or joins it, but {(limits.Any ? "sentences are counted. Leave 'minSentences' and 'maxSentences' out" : "this text is too long and is split. Set 'overlong' to 'truncate' or 'error'")}, or leave the form out.");
        }
    }

    // Once: a dataset would say it over and over.
    private void Note(int length, GenerationOptions wanted)
    {
        var least = Math.Max(wanted.MinNewTokens ?? 0, wanted.MinLength ?? 0);
        if (least > length && Interlocked.Exchange(ref isWarned, 1) == 0)
        {
            log.SummaryIsLongerThanItsText(length, least);
        }
    }
}
