using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;
using Ptgp.Toolkit.Text.Normalization;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>The error rates of transcripts.</summary>
internal sealed class WerChoice : MetricChoice
{
    private readonly Option<string> normalizer = new("--normalizer") { Description = "What texts go through first: none, basic (Whisper's for all languages) or english (Whisper's for English).", HelpName = "NAME", DefaultValueFactory = _ => "none" };
    private readonly Option<string?> spellings = new("--spellings") { Description = "American spellings by British ones, for english: a Whisper checkpoint's normalizer.json.", HelpName = "FILE" };

    public WerChoice() => normalizer.AcceptOnlyFromAmong("none", "basic", "english");

    public override string Name => "wer";

    public override string About => "Word, character and match error rate and information lost, equal to jiwer's; 0.05 is five errors in a hundred words.";

    public override IReadOnlyList<Option> Options => [normalizer, spellings];

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts)
    {
        var (rule, name) = (Rule(parsed), parsed.GetRequiredValue(normalizer));
        return [.. new[] { ErrorRate.OfWords(), ErrorRate.OfCharacters(), ErrorRate.OfMatches(), ErrorRate.OfInformation() }.Select(rate => rule is null ? (ICorpusMetric)rate : new NormalizedMetric(rate, rule, name))];
    }

    public override string Line(ParseResult parsed, IReadOnlyList<ScoredText> texts)
    {
        var counts = ErrorRate.Counts(Sum(Create(parsed, texts)[0], texts));
        return FormattableString.Invariant($"words: {counts.Hits} right, {counts.Substitutions} substituted, {counts.Deletions} missing, {counts.Insertions} too many");
    }

    private ITextNormalizer? Rule(ParseResult parsed)
    {
        try
        {
            return parsed.GetRequiredValue(normalizer) switch
            {
                "basic" => new BasicNormalizer(),
                "english" => parsed.GetValue(spellings) is { } file ? EnglishNormalizer.Load(file) : new EnglishNormalizer(new Dictionary<string, string>()),
                _ => null,
            };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UsageException($"--spellings must name a file of spellings, but: {fault.Message}", fault);
        }
    }
}
