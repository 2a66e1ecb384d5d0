using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>BLEU, with sacreBLEU's options.</summary>
internal sealed class BleuChoice : MetricChoice
{
    private readonly Option<string> tokenize = new("--tokenize") { Description = "How lines are split into words: 13a, intl, zh, char or none.", HelpName = "NAME", DefaultValueFactory = _ => "13a" };
    private readonly Option<bool> lowercase = new("--lowercase") { Description = "Ignores case." };
    private readonly Option<string> smoothing = new("--smooth-method") { Description = "What stands for n-grams that were not found: exp, floor, add-k or none.", HelpName = "NAME", DefaultValueFactory = _ => "exp" };
    private readonly Option<double?> value = new("--smooth-value") { Description = "The value of floor (0.1) or add-k (1).", HelpName = "NUMBER" };
    private readonly Option<int> order = new("--max-ngram-order") { Description = "The longest n-grams.", HelpName = "N", DefaultValueFactory = _ => 4 };
    private readonly Option<bool> effective = new("--effective-order") { Description = "Leaves n-grams that are longer than the text out of the mean; always so for single sentences." };

    public BleuChoice()
    {
        tokenize.AcceptOnlyFromAmong("13a", "intl", "zh", "char", "none");
        smoothing.AcceptOnlyFromAmong("exp", "floor", "add-k", "none");
    }

    public override string Name => "bleu";

    public override string About => "BLEU, equal to sacreBLEU's.";

    public override IReadOnlyList<Option> Options => [tokenize, lowercase, smoothing, value, order, effective];

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts) => [new Bleu(Read(parsed))];

    public override IReadOnlyList<ICorpusMetric> CreateForSentences(ParseResult parsed, IReadOnlyList<ScoredText> texts) => [new Bleu(Read(parsed) with { EffectiveOrder = true })];

    public override string Line(ParseResult parsed, IReadOnlyList<ScoredText> texts) =>
        new Bleu(Read(parsed)).Corpus([.. texts.Select(text => text.Predicted)], [.. texts.Select(text => text.References)]).ToString();

    private BleuOptions Read(ParseResult parsed) => new()
    {
        Tokenizer = parsed.GetRequiredValue(tokenize) switch
        {
            "intl" => BleuTokenizer.International,
            "zh" => BleuTokenizer.Chinese,
            "char" => BleuTokenizer.Characters,
            "none" => BleuTokenizer.None,
            _ => BleuTokenizer.Mteval13a,
        },
        Lowercase = parsed.GetValue(lowercase),
        Smoothing = parsed.GetRequiredValue(smoothing) switch
        {
            "floor" => BleuSmoothing.Floor,
            "add-k" => BleuSmoothing.AddK,
            "none" => BleuSmoothing.None,
            _ => BleuSmoothing.Exponential,
        },
        SmoothingValue = parsed.GetValue(value) is < 0 and var negative ? throw new UsageException($"--smooth-value must be at least 0, but is {negative}.") : parsed.GetValue(value),
        MaxOrder = parsed.GetValue(order) is < 1 and var none ? throw new UsageException($"--max-ngram-order must be at least 1, but is {none}.") : parsed.GetValue(order),
        EffectiveOrder = parsed.GetValue(effective),
    };
}
