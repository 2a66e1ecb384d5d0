using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>Trains several tasks at once on one shared backbone, each with its own head and adapter, into a folder of its own: what comes of each is what would come of it alone.</summary>
/// <param name="sessions">The trainings. Whose turn it is, the first one's recipe says.</param>
internal sealed class SeveralTrainings(IReadOnlyList<TrainingSession> sessions)
{
    /// <summary>Trains all to their ends. When cancelled, each ends its step and saves.</summary>
    public async Task<IReadOnlyList<TrainingResult>> RunAsync(CancellationToken cancellation)
    {
        var recipe = sessions[0].Recipe;
        Mixture mixture = new([.. sessions.Select(session => session.Size)], recipe.MixingTemperature, recipe.Seed);
        HashSet<int> open = [.. Enumerable.Range(0, sessions.Count)];
        while (open.Count > 0)
        {
            var turn = mixture.Choose(sessions.Sum(session => session.Loop.Step), open.Contains);
            if (!await sessions[turn].AdvanceAsync(cancellation).ConfigureAwait(false))
            {
                open.Remove(turn);
            }
        }

        return [.. sessions.Select(session => session.Result)];
    }
}
