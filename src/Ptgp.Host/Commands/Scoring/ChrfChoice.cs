using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>chrF and chrF++, with sacreBLEU's options.</summary>
internal sealed class ChrfChoice : MetricChoice
{
    private readonly Option<int> characters = new("--char-order") { Description = "The longest n-grams of characters.", HelpName = "N", DefaultValueFactory = _ => 6 };
    private readonly Option<int> words = new("--word-order") { Description = "The longest n-grams of words; 2 makes it chrF++.", HelpName = "N" };
    private readonly Option<int> beta = new("--beta") { Description = "How many times recall counts as much as precision.", HelpName = "N", DefaultValueFactory = _ => 2 };
    private readonly Option<bool> lowercase = new("--lowercase") { Description = "Ignores case." };
    private readonly Option<bool> whitespace = new("--whitespace") { Description = "Counts white space as characters." };
    private readonly Option<bool> epsilon = new("--eps-smoothing") { Description = "Smooths as chrF++.py does." };

    public override string Name => "chrf";

    public override string About => "chrF, and chrF++ with --word-order 2, equal to sacreBLEU's.";

    public override IReadOnlyList<Option> Options => [characters, words, beta, lowercase, whitespace, epsilon];

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts) => [new Chrf(Read(parsed))];

    public override string Line(ParseResult parsed, IReadOnlyList<ScoredText> texts) =>
        new Chrf(Read(parsed)).Corpus([.. texts.Select(text => text.Predicted)], [.. texts.Select(text => text.References)]).ToString();

    private ChrfOptions Read(ParseResult parsed) => new()
    {
        CharacterOrder = AtLeast(parsed, characters, 1),
        WordOrder = AtLeast(parsed, words, 0),
        Beta = AtLeast(parsed, beta, 0),
        Lowercase = parsed.GetValue(lowercase),
        Whitespace = parsed.GetValue(whitespace),
        EpsilonSmoothing = parsed.GetValue(epsilon),
    };

    private static int AtLeast(ParseResult parsed, Option<int> option, int least) =>
        parsed.GetValue(option) is var given && given >= least ? given : throw new UsageException($"{option.Name} must be at least {least}, but is {given}.");
}
