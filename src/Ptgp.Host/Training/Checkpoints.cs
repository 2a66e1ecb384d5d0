using Ptgp.Backbone.Weights;

namespace Ptgp.Host.Training;

/// <summary>
/// The checkpoints of a training's folder: <c>last</c>, those before it in <c>checkpoints</c> by their step, and <c>best</c>. What a process that was
/// killed left half written is cleared away; what it had written whole, but not renamed yet, gets its name.
/// </summary>
/// <param name="path">The training's folder.</param>
internal sealed class Checkpoints(string path)
{
    // Written behind everything else of a checkpoint, so that one that has it is whole.
    private const string Seal = TrainingFolder.Recipe;

    private string Earlier => Path.Combine(path, "checkpoints");

    /// <summary>Finds the newest checkpoint to go on from; null where none was saved.</summary>
    public string? Newest()
    {
        string[] places = [Path.Combine(path, TrainingFolder.Last), .. EarlierSteps().Select(step => Path.Combine(Earlier, $"{step}"))];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, TrainingFolder.State)));
    }

    /// <summary>Sets right what a kill has left in the middle of a renaming.</summary>
    public void Recover()
    {
        foreach (var name in new[] { TrainingFolder.Last, TrainingFolder.Best })
        {
            var place = Path.Combine(path, name);
            foreach (var beside in Directory.GetDirectories(path, name + ".partial-*").OrderByDescending(Directory.GetLastWriteTimeUtc))
            {
                if (!Directory.Exists(place) && File.Exists(Path.Combine(beside, Seal)))
                {
                    Directory.Move(beside, place);
                }
                else
                {
                    Directory.Delete(beside, recursive: true);
                }
            }
        }
    }

    /// <summary>Saves a new last checkpoint. The one before it stays among the earlier ones as long as so many are kept.</summary>
    /// <param name="keep">How many of the last are kept.</param>
    /// <param name="fill">Writes it into the folder it is given.</param>
    public void SaveLast(int keep, Action<string> fill)
    {
        var last = Path.Combine(path, TrainingFolder.Last);
        AtomicFolder.Write(last, beside =>
        {
            fill(beside);
            if (keep > 1 && Directory.Exists(last))
            {
                Retire(last);
            }
        });
        foreach (var step in EarlierSteps().Skip(keep - 1))
        {
            Directory.Delete(Path.Combine(Earlier, $"{step}"), recursive: true);
        }
    }

    private void Retire(string last)
    {
        var place = Path.Combine(Earlier, $"{TrainingFolder.ReadState(Path.Combine(last, TrainingFolder.State)).Step}");
        Directory.CreateDirectory(Earlier);
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }

        Directory.Move(last, place);
    }

    // The newest first.
    private IEnumerable<int> EarlierSteps() => !Directory.Exists(Earlier) ? [] :
        Directory.GetDirectories(Earlier).Select(folder => int.TryParse(Path.GetFileName(folder), out var step) ? step : -1).Where(step => step >= 0).OrderDescending();
}
