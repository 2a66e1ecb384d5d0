using Ptgp.Host.Configuration;

namespace Ptgp.Host.Pretraining;

/// <summary>Finds the objectives that are asked for, and whether they suit a backbone.</summary>
internal static class ObjectiveChoice
{
    /// <summary>Finds them.</summary>
    /// <returns>The objectives, and how much each counts.</returns>
    /// <exception cref="UsageException">One does not suit the backbone; those that do are named.</exception>
    public static IReadOnlyList<(Objective Objective, double Weight)> Of(PretrainingSettings settings, BackboneDescription description, SpecialIds ids)
    {
        List<(Objective, double)> chosen = [];
        foreach (var (name, weight) in settings.Objectives)
        {
            var objective = Objective.All.First(known => known.Name == name);
            if (objective.Lacks(description.Features, ids, settings) is { } lack)
            {
                var others = Objective.All.Where(known => known.Lacks(description.Features, ids, settings) is null).Select(known => $"{known.Name} ({known.About})");
                throw new UsageException($"Objective '{name}' needs {lack}, but backbone '{description.Name}' of family {description.Family} has none. Those that suit it: {string.Join(", ", others)}.");
            }

            chosen.Add((objective, weight));
        }

        return chosen;
    }

    /// <summary>Reads objectives as the command line names them, <c>NAME</c> or <c>NAME:WEIGHT</c>.</summary>
    /// <exception cref="UsageException">There is none of a name, or a weight is no positive number.</exception>
    public static Dictionary<string, double> Parse(IEnumerable<string> given)
    {
        Dictionary<string, double> objectives = [];
        foreach (var one in given)
        {
            var colon = one.IndexOf(':', StringComparison.Ordinal);
            var (name, weight) = (colon < 0 ? one : one[..colon], 1.0);
            if (!Objective.All.Any(known => known.Name == name))
            {
                throw new UsageException($"--objective must be one of {string.Join(", ", Objective.All.Select(known => known.Name))}, but is '{name}'.{(Nearest.Find(name, Objective.All.Select(known => known.Name)) is { } near ? $" Did you mean '{near}'?" : "")}");
            }

            if (colon >= 0 && !(double.TryParse(one.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out weight) && weight > 0 && double.IsFinite(weight)))
            {
                throw new UsageException($"The weight of an objective must be a number above 0, but is '{one[(colon + 1)..]}' in '{one}'.");
            }

            if (!objectives.TryAdd(name, weight))
            {
                throw new UsageException($"--objective must name each objective once, but names '{name}' twice.");
            }
        }

        return objectives;
    }
}
