using System.Text.Json.Nodes;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Host.Commands;

/// <summary>Counts what answers have that plain text leaves out, to be said once when all are written. Safe to use from many threads.</summary>
/// <param name="asked">How the caller and the task's configuration want answers to be written.</param>
/// <remarks>Answers have it under the names that tasks which write have for it: <c>unfinished</c>, and <c>hypotheses</c> or <c>answers</c>.</remarks>
internal sealed class TextLosses(GenerationOptions asked)
{
    private int all, unfinished, several;

    // That texts end where they were asked to is no news, unless they are not of the form that was asked for.
    private bool IsLengthAsked => asked.MaxNewTokens is not null || asked.MaxLength is not null;

    /// <summary>Takes an answer that is written as plain text.</summary>
    public void Count(JsonNode answer)
    {
        var fields = answer as JsonObject;
        Interlocked.Increment(ref all);
        Interlocked.Add(ref unfinished, fields?["unfinished"] is JsonValue cut && cut.TryGetValue<bool>(out var isCut) && isCut ? 1 : 0);
        Interlocked.Add(ref several, fields is not null && (HasSeveral(fields["hypotheses"]) || HasSeveral(fields["answers"])) ? 1 : 0);
    }

    /// <summary>Says what was left out, a line each.</summary>
    public IEnumerable<string> Remarks()
    {
        const string whole = "Whole answers, by --json or in a .jsonl file,";
        var form = WrittenForm.NameOf(asked);
        if (unfinished > 0 && (form is not null || !IsLengthAsked))
        {
            var what = asked.MaxTime is null ? "length" : "length or time";
            yield return form is not null
                ? $"{Of(unfinished)} ended by {what} before what {form} asks for was whole. {whole} say which (\"unfinished\")."
                : $"{Of(unfinished)} ended by {what}. {whole} say which (\"unfinished\"); maxNewTokens allows more.";
        }

        if (several > 0)
        {
            yield return $"{Of(several)} had further hypotheses, which plain text leaves out. {whole} have them.";
        }
    }

    private string Of(int count) => count == all ? Tables.Count(all, "answer") : $"{count} of {Tables.Count(all, "answer")}";

    private static bool HasSeveral(JsonNode? list) => list is JsonArray { Count: > 1 };
}
