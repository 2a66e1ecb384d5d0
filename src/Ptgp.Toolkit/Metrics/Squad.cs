using System.Text.RegularExpressions;

namespace Ptgp.Toolkit.Metrics;

/// <summary>The scores of SQuAD 1.1 (Rajpurkar et al. 2016) and 2.0 (2018), equal to those of the published scripts.</summary>
public static partial class Squad
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>Scores answers where every question has one.</summary>
    /// <exception cref="ArgumentException">There is nothing to score, or an answer has none to be compared with.</exception>
    public static SquadScore Version1(IReadOnlyList<SquadAnswer> answers)
    {
        Check(answers);
        return answers.FirstOrDefault(answer => answer.Expected.Count == 0) is { } lacking
            ? throw new ArgumentException($"Every question must have an expected answer, but that of '{lacking.Predicted}' has none. Score it by {nameof(Version2)}.", nameof(answers))
            : Mean(
                [.. answers.Select(answer => answer.Expected.Max(expected => Exact(answer.Predicted, expected)))],
                [.. answers.Select(answer => answer.Expected.Max(expected => Overlap(Words(answer.Predicted), Words(expected), ofNothing: 0)))]);
    }

    /// <summary>Scores answers where some questions have none.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="threshold">Above which <see cref="SquadAnswer.NoAnswer"/> stands for an empty answer, whatever was answered.</param>
    /// <exception cref="ArgumentException">There is nothing to score.</exception>
    public static Squad2Score Version2(IReadOnlyList<SquadAnswer> answers, double threshold = 1)
    {
        Check(answers);
        double[] exact = [.. answers.Select(answer => Best(answer, Exact))], f1 = [.. answers.Select(answer => Best(answer, F1))];
        double[] exactThen = [.. answers.Zip(exact, Silenced)], f1Then = [.. answers.Zip(f1, Silenced)];
        return new()
        {
            All = Mean(exactThen, f1Then),
            HasAnswer = Part(answer => answer.Expected.Count > 0),
            NoAnswer = Part(answer => answer.Expected.Count == 0),
            BestExact = BestThreshold(answers, exact),
            BestF1 = BestThreshold(answers, f1),
        };

        double Silenced(SquadAnswer answer, double score) => answer.NoAnswer <= threshold ? score : answer.Expected.Count == 0 ? 1 : 0;

        SquadScore? Part(Func<SquadAnswer, bool> belongs)
        {
            int[] rows = [.. Enumerable.Range(0, answers.Count).Where(row => belongs(answers[row]))];
            return rows.Length == 0 ? null : Mean([.. rows.Select(row => exactThen[row])], [.. rows.Select(row => f1Then[row])]);
        }
    }

    /// <summary>Scores answers for a plugin: as version 1.1 where every question has one, else as version 2.0.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="spoken">What each would be if it were not silent, from which the best thresholds follow; null leaves these out.</param>
    public static IReadOnlyList<Metric> Measure(IReadOnlyList<SquadAnswer> answers, IReadOnlyList<string>? spoken = null)
    {
        Check(answers);
        if (answers.All(answer => answer.Expected.Count > 0))
        {
            return [.. Part("", Version1(answers), "SQuAD 1.1")];
        }

        const string version = "SQuAD 2.0";
        var score = Version2(answers);
        List<Metric> metrics = [.. Part("", score.All, version), .. Part("HasAns_", score.HasAnswer, version), .. Part("NoAns_", score.NoAnswer, version)];
        if (spoken is not null)
        {
            var said = Version2([.. answers.Zip(spoken, (answer, text) => answer with { Predicted = text })]);
            (string Name, double Value)[] best =
            [
                ("best_exact", said.BestExact.Score), ("best_exact_thresh", said.BestExact.Threshold), ("best_f1", said.BestF1.Score), ("best_f1_thresh", said.BestF1.Threshold),
            ];
            metrics.AddRange(best.Select(figure => new Metric(figure.Name, figure.Value) { Signature = version }));
        }

        return metrics;

        static IEnumerable<Metric> Part(string prefix, SquadScore? score, string version) => score is null ? []
            : [new(prefix + "f1", score.F1) { Signature = version }, new(prefix + "exact", score.Exact) { Signature = version }];
    }

    /// <summary>Tells whether two answers are the same after normalization: 1 or 0.</summary>
    public static double Exact(string predicted, string expected) => Normalize(predicted) == Normalize(expected) ? 1 : 0;

    /// <summary>Gets F1 of the words that two answers share, from 0 to 1; of two that hold none, 1.</summary>
    public static double F1(string predicted, string expected) => Overlap(Words(predicted), Words(expected), ofNothing: 1);

    /// <summary>Normalizes an answer: lower case, no ASCII punctuation, no English article, one space between words.</summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = string.Concat(ReferenceText.Lower(text).Where(c => !Punctuation.Contains(c, StringComparison.Ordinal)));
        return string.Join(' ', ReferenceText.Words(Article().Replace(plain, " ")));
    }

    private static string[] Words(string text) => Normalize(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Version 1.1 gives two answers without words nothing, version 2.0 gives them all.
    private static double Overlap(string[] predicted, string[] expected, double ofNothing)
    {
        if (predicted.Length == 0 || expected.Length == 0)
        {
            return predicted.Length == expected.Length ? ofNothing : 0;
        }

        var left = expected.CountBy(word => word).ToDictionary();
        var same = predicted.Count(word => left.TryGetValue(word, out var count) && count > 0 && (left[word] = count - 1) >= 0);
        var (precision, recall) = ((double)same / predicted.Length, (double)same / expected.Length);
        return same == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    // Expected answers of nothing but articles and punctuation do not count; where none is left, silence is right.
    private static double Best(SquadAnswer answer, Func<string, string, double> score) => answer.Expected.Where(expected => Normalize(expected).Length > 0)
        .DefaultIfEmpty("").Max(expected => score(answer.Predicted, expected));

    // From the surest answer to the least sure: what is gained by giving it rather than staying silent.
    private static (double Score, double Threshold) BestThreshold(IReadOnlyList<SquadAnswer> answers, double[] scores)
    {
        double sum = answers.Count(answer => answer.Expected.Count == 0);
        var (best, threshold) = (sum, 0.0);
        foreach (var (answer, score) in answers.Zip(scores).OrderBy(pair => pair.First.NoAnswer))
        {
            sum += answer.Expected.Count > 0 ? score : answer.Predicted.Length > 0 ? -1 : 0;
            (best, threshold) = sum > best ? (sum, answer.NoAnswer) : (best, threshold);
        }

        return (100 * best / answers.Count, threshold);
    }

    private static SquadScore Mean(double[] exact, double[] f1) => new(100 * exact.Sum() / exact.Length, 100 * f1.Sum() / f1.Length, exact.Length);

    private static void Check(IReadOnlyList<SquadAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
        {
            throw new ArgumentException("There must be an answer or more to score, but there is none.", nameof(answers));
        }
    }

    // Word characters as Python has them: letters, numbers of any kind and the underscore.
    [GeneratedRegex(@"(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])")]
    private static partial Regex Article();
}
