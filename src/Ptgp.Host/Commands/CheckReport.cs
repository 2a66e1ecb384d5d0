using System.Text.Json.Nodes;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>What <c>ptgp check</c> found of a task.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Found">What it would run as; null when it cannot.</param>
/// <param name="Fault">Why it cannot run, and what to do; null when it can.</param>
/// <param name="ExitCode">What the process ends with for it.</param>
/// <param name="Elsewhere">Whether it could run on the other configured backbones.</param>
internal sealed record CheckVerdict(string Task, TaskInspection? Found, string? Fault, int ExitCode, IReadOnlyList<BackboneFit> Elsewhere);

/// <summary>Says what <c>ptgp check</c> found: a line a task, and more beneath it when that is asked for.</summary>
internal sealed class CheckReport(HostConfiguration configuration, IReadOnlyList<CheckVerdict> verdicts)
{
    // How many values of an option stand in a task's line.
    private const int Shown = 4;

    /// <summary>Says it to a reader.</summary>
    /// <param name="isDetailed">Whether the other backbones, with reasons, and all values of open options are listed.</param>
    /// <param name="isResolved">Whether the options of writing are.</param>
    public string ToText(bool isDetailed, bool isResolved)
    {
        List<string> lines = [$"'{configuration.File}' holds: {Tables.Count(configuration.Backbones.Count, "backbone")}, {Tables.Count(configuration.Tasks.Count, "task")}."];
        foreach (var verdict in verdicts)
        {
            lines.Add(Line(verdict, isDetailed));
            if (isDetailed)
            {
                lines.AddRange((verdict.Found?.OpenOptions ?? []).Where(open => open.Values.Count > 0)
                    .GroupBy(open => string.Join(", ", open.Values)).Select(open => $"  {string.Join(" and ", open.Select(one => $"'{one.Option}'"))} may be: {open.Key}"));
                lines.AddRange(verdict.Elsewhere.GroupBy(fit => fit.Fault).Select(Elsewhere));
            }

            if (isResolved && verdict.Found is { } found)
            {
                lines.AddRange(Json.OfOptions(found.Generation).Select(option => $"  {option.Key}: {option.Value?.ToJsonString(Json.Line)}"));
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>Says it to a script: all of it.</summary>
    public JsonObject ToJson() => new()
    {
        ["configuration"] = configuration.File,
        ["ok"] = verdicts.All(verdict => verdict.Found is not null),
        ["tasks"] = new JsonObject(verdicts.Select(verdict => KeyValuePair.Create(verdict.Task, (JsonNode?)ToJson(verdict)))),
    };

    private static string Line(CheckVerdict verdict, bool isDetailed)
    {
        if (verdict.Found is not { } found)
        {
            var (start, fault) = ($"Task '{verdict.Task}' cannot run", OnOneLine(verdict.Fault!));
            return fault.StartsWith(start, StringComparison.Ordinal) ? fault : $"{start}: {fault}";
        }

        var isOpen = found.OpenOptions.Any(open => open.IsNeeded);
        List<string> sentences = [$"Task '{verdict.Task}' can run{(isOpen ? " once it is told more" : "")}: {found.Plugin} on '{found.Backbone.Name}' ({found.Backbone.Family}, {found.Backbone.Width} wide)."];
        sentences.AddRange(found.OpenOptions.Select(open => $"{Key(verdict, open)} {open.Reason}{(open.IsNeeded ? Values(open.Values) : "")}"));
        sentences.AddRange(found.Remarks);
        sentences.AddRange(isDetailed || verdict.Elsewhere.Count == 0 ? [] : [Elsewhere(verdict.Elsewhere)]);
        return string.Join(' ', sentences);
    }

    private static string Key(CheckVerdict verdict, OpenOption open) => $"tasks:{verdict.Task}:options:{open.Option}";

    private static string Values(IReadOnlyList<string> values) => values.Count == 0 ? ""
        : $" It is one of {values.Count}: {string.Join(", ", values.Take(Shown))}{(values.Count > Shown ? ", and more" : "")}.";

    // In short: the names alone.
    private static string Elsewhere(IReadOnlyList<BackboneFit> fits)
    {
        string[] can = [.. fits.Where(fit => fit.Fault is null).Select(fit => $"'{fit.Backbone}'")], cannot = [.. fits.Where(fit => fit.Fault is not null).Select(fit => $"'{fit.Backbone}'")];
        return (can, cannot) switch
        {
            ([], _) => $"It could not run on {string.Join(" or ", cannot)}.",
            (_, []) => $"It could also run on {string.Join(" and ", can)}.",
            _ => $"It could also run on {string.Join(" and ", can)}, but not on {string.Join(" or ", cannot)}.",
        };
    }

    // Backbones of one reason stand on one line.
    private static string Elsewhere(IGrouping<string?, BackboneFit> fits)
    {
        var names = fits.Select(fit => $"'{fit.Backbone}'{(fit.Description is { } known ? $" ({known.Family})" : "")}");
        return $"  On {string.Join(", ", names)} it could {(fits.Key is null ? "run, too." : $"not. {OnOneLine(fits.Key)}")}";
    }

    private static string OnOneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static JsonObject ToJson(CheckVerdict verdict)
    {
        var json = verdict.Found is { } found
            ? new JsonObject
            {
                ["ok"] = true,
                ["plugin"] = found.Plugin,
                ["backbone"] = found.Backbone.Name,
                ["family"] = found.Backbone.Family,
                ["generation"] = Json.OfOptions(found.Generation),
                ["open"] = new JsonArray([.. found.OpenOptions.Select(open => (JsonNode)new JsonObject
                {
                    ["key"] = Key(verdict, open),
                    ["needed"] = open.IsNeeded,
                    ["reason"] = open.Reason,
                    ["values"] = new JsonArray([.. open.Values.Select(value => (JsonNode)value)]),
                })]),
                ["remarks"] = new JsonArray([.. found.Remarks.Select(remark => (JsonNode)remark)]),
            }
            : new JsonObject { ["ok"] = false, ["fault"] = verdict.Fault };
        if (verdict.Elsewhere.Count > 0)
        {
            json["elsewhere"] = new JsonObject(verdict.Elsewhere.Select(fit => KeyValuePair.Create(fit.Backbone, (JsonNode?)(fit.Fault is null
                ? new JsonObject { ["ok"] = true }
                : new JsonObject { ["ok"] = false, ["fault"] = fit.Fault }))));
        }

        return json;
    }
}
