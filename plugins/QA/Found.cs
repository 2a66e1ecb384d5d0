namespace Ptgp.QA;

/// <summary>What one window answers.</summary>
/// <param name="Answers">Its answers, best first.</param>
/// <param name="Nothing">How probable it is that the window does not say it.</param>
internal sealed record Found(IReadOnlyList<Reply> Answers, double Nothing)
{
    /// <summary>Makes one reply of what the windows of all contexts answer.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="found">What each answers.</param>
    /// <param name="adds">Whether the scores of equal answers add up; if not, the best stands.</param>
    public static Reply Join(IReadOnlyList<Window> windows, IReadOnlyList<Found> found, bool adds)
    {
        Reply[] replies = [.. windows.Zip(found).GroupBy(pair => pair.First.Context).OrderBy(group => group.Key)
            .Select(group => OfContext([.. group.Select(pair => pair.Second)], group.First().First.Limits, adds))];
        return replies is [var only] ? only : OfContexts(replies, windows[0].Limits.TopK);
    }

    private static Reply OfContext(List<Found> windows, Limits limits, bool adds)
    {
        List<Reply> answers = [];
        foreach (var answer in windows.SelectMany(window => window.Answers).Where(answer => answer.Answer.Length > 0 || !limits.HandleImpossibleAnswer))
        {
            // Equal but for case: the first place stands.
            var same = answers.FindIndex(other => other.Answer.Equals(answer.Answer, StringComparison.OrdinalIgnoreCase));
            if (same < 0)
            {
                answers.Add(answer);
            }
            else
            {
                answers[same] = answers[same] with { Score = adds ? answers[same].Score + answer.Score : Math.Max(answers[same].Score!.Value, answer.Score!.Value) };
            }
        }

        var nothing = windows.Min(window => window.Nothing);
        if (limits.HandleImpossibleAnswer || answers.Count == 0)
        {
            answers.Add(new() { Answer = "", Score = limits.HandleImpossibleAnswer ? nothing : 0, Start = 0, End = 0 });
        }

        answers = [.. answers.OrderByDescending(Rank)];
        return answers[0] with
        {
            Answers = limits.TopK > 1 ? [.. answers.Take(limits.TopK)] : null,
            NoAnswerProbability = limits.HandleImpossibleAnswer ? nothing : null,
            Spoken = answers.Find(answer => answer.Answer.Length > 0)?.Answer ?? "",
        };

        double Rank(Reply answer) => answer.Answer.Length > 0 || !limits.HandleImpossibleAnswer || limits.NoAnswerThreshold is not { } threshold ? answer.Score!.Value
            : nothing > threshold ? double.PositiveInfinity : double.NegativeInfinity;
    }

    // A context that says nothing does not outvote one that says something: only if none does, there is no answer, and the least sure of that counts.
    private static Reply OfContexts(Reply[] replies, int topK)
    {
        Reply[] placed = [.. replies.Select((reply, context) => reply with { Context = context })];
        var best = placed.Where(reply => reply.Answer.Length > 0).MaxBy(reply => reply.Score) ?? placed.MinBy(reply => reply.Score)!;
        return best with
        {
            Answers = topK == 1 ? null : [.. placed.SelectMany(reply => reply.Answers!.Select(answer => answer with { Context = reply.Context }))
                .OrderByDescending(answer => (answer.Answer.Length > 0, answer.Score)).Take(topK)],
            NoAnswerProbability = placed.Min(reply => reply.NoAnswerProbability),
            Contexts = replies,
            Spoken = placed.Where(reply => reply.Spoken.Length > 0).MaxBy(reply => reply.Score)?.Spoken ?? "",
        };
    }
}
