namespace Ptgp.Toolkit.Metrics;

/// <summary>One of ROUGE's figures as the mean F1 of a corpus, from 0 to 100.</summary>
public static class RougeMetric
{
    /// <summary>Makes ROUGE-1, -2, -L and -Lsum, in this order.</summary>
    /// <param name="useStemmer">As for <see cref="Rouge"/>.</param>
    public static IReadOnlyList<ICorpusMetric> All(bool useStemmer = false)
    {
        Rouge rouge = new(useStemmer);
        return
        [
            One("rouge1", scores => scores.Rouge1),
            One("rouge2", scores => scores.Rouge2),
            One("rougeL", scores => scores.RougeL),
            One("rougeLsum", scores => scores.RougeLsum),
        ];

        MeanScore One(string name, Func<RougeScores, RougeScore> kind) =>
            new(name, (hypothesis, references) => 100 * kind(rouge.Sentence(hypothesis, references)).F1, references => Rouge.Signature(references, useStemmer));
    }
}
