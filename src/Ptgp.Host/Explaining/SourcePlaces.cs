using System.Globalization;
using System.Text.Json.Nodes;

namespace Ptgp.Host.Explaining;

/// <summary>Says what text stands behind each place that a backbone reads. Features hold ids alone, so a token's span is found by splitting the input's own texts again.</summary>
internal static class SourcePlaces
{
    // Spans of frames are that many at most.
    private const int MostSpans = 128;

    /// <summary>Names the places of tokens.</summary>
    /// <param name="tokenizer">The backbone's.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="input">The input, whose texts are looked for among them.</param>
    public static IReadOnlyList<SourcePlace> OfTokens(ITokenizer tokenizer, IReadOnlyList<int> ids, JsonNode input)
    {
        var places = new SourcePlace[ids.Count];
        foreach (var (field, text) in TextsOf(input, "").OrderByDescending(pair => pair.Text.Length))
        {
            Place(tokenizer, ids, places, field, text);
        }

        for (var i = 0; i < places.Length; i++)
        {
            places[i] ??= Unplaced(tokenizer, ids[i]);
        }

        return places;
    }

    /// <summary>Names spans of places that no token stands for: of frames, or of what a head made of its input.</summary>
    /// <param name="count">How many places there are.</param>
    /// <param name="name">What they are called.</param>
    /// <param name="each">How many of what is named a place covers.</param>
    /// <param name="seconds">How long one of what is named is, in seconds; null where it is none of time.</param>
    /// <returns>The spans, and how many places each covers.</returns>
    public static (IReadOnlyList<SourcePlace> Places, int Each) OfSpans(int count, string name, int each, double? seconds = null)
    {
        var span = (count + MostSpans - 1) / MostSpans;
        return ([.. Enumerable.Range(0, (count + span - 1) / span).Select(i => new SourcePlace(seconds is { } length
            ? string.Create(CultureInfo.InvariantCulture, $"{i * span * each * length:0.00}–{Math.Min(count, (i + 1) * span) * each * length:0.00} s")
            : span * each == 1 ? $"{name} {i}"
            : $"{name} {i * span * each}–{(Math.Min(count, (i + 1) * span) * each) - 1}"))], span);
    }

    /// <summary>Names a token.</summary>
    public static TokenName Name(ITokenizer tokenizer, int id)
    {
        var isKnown = id >= 0 && id < tokenizer.Count;                                             // a table may have more rows than the vocabulary entries
        var entry = isKnown ? tokenizer.GetEntry(id) : $"#{id}";
        var isSpecial = !isKnown || tokenizer.IsSpecial(id);
        return new(id, entry, isSpecial ? entry : tokenizer.Decode([id]) is { Length: > 0 } text ? text : entry, isSpecial);
    }

    // The longest run of the text's tokens that stands in the sequence where nothing was placed yet: all of it, or a window of it.
    private static void Place(ITokenizer tokenizer, IReadOnlyList<int> ids, SourcePlace?[] places, string field, string text)
    {
        var tokens = tokenizer.Tokenize(text);
        var (best, end, from) = (0, 0, 0);
        var before = new int[tokens.Count + 1];
        for (var i = 0; i < ids.Count; i++)
        {
            var row = new int[tokens.Count + 1];
            for (var j = 0; j < tokens.Count; j++)
            {
                row[j + 1] = places[i] is null && tokens[j].Id == ids[i] ? before[j] + 1 : 0;
                (best, end, from) = row[j + 1] > best ? (row[j + 1], i + 1, j + 1) : (best, end, from);
            }

            before = row;
        }

        for (var k = 1; k <= best; k++)
        {
            var token = tokens[from - k];
            var name = Name(tokenizer, token.Id);
            places[end - k] = new(token.Length > 0 ? text.Substring(token.Start, token.Length) : name.Text)
            {
                Id = token.Id,
                Entry = name.Entry,
                IsSpecial = name.IsSpecial && token.Id != tokenizer.UnknownId,
                Field = field,
                Start = token.Start,
                Length = token.Length,
            };
        }
    }

    private static SourcePlace Unplaced(ITokenizer tokenizer, int id)
    {
        var name = Name(tokenizer, id);
        return new(name.Text) { Id = id, Entry = name.Entry, IsSpecial = name.IsSpecial && id != tokenizer.UnknownId };
    }

    private static IEnumerable<(string Field, string Text)> TextsOf(JsonNode? node, string field) => node switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text.Length > 0 ? [(field, text)] : [],
        JsonObject fields => fields.SelectMany(pair => TextsOf(pair.Value, field.Length == 0 ? pair.Key : $"{field}.{pair.Key}")),
        JsonArray items => items.SelectMany((item, i) => TextsOf(item, $"{field}[{i}]")),
        _ => [],
    };
}
