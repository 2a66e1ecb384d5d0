using System.Text.Json;

namespace Ptgp.Toolkit.Json;

/// <summary>A JSON schema, compiled for a vocabulary: which tokens may follow at each place. Safe to use from many threads.</summary>
/// <remarks>
/// Of JSON Schema (draft 2020-12) it knows <c>type</c>, <c>properties</c> and <c>required</c>, <c>additionalProperties</c> where no property is named, <c>items</c>,
/// <c>prefixItems</c>, <c>minItems</c>, <c>maxItems</c>, <c>minLength</c>, <c>maxLength</c>, <c>pattern</c>, the bounds of numbers (<c>minimum</c> and the like), <c>enum</c>, <c>const</c>, <c>anyOf</c>, <c>oneOf</c> of different types, <c>allOf</c> of one, and
/// <c>$ref</c> to <c>$defs</c>. Properties are written in their order, no others, on one line with at most a blank behind each comma and colon. What refers to itself does so
/// five times at most, and any value holds others four deep. Numbers have at most 15 digits before their point and behind it.
/// </remarks>
public sealed class JsonSchema
{
    private readonly Lock turn = new();
    private readonly VocabularyBytes vocabulary;
    private readonly ByteAutomaton automaton;
    private readonly Dictionary<int, int[]> following = [];
    private readonly Dictionary<int, byte[]> bytes;

    private JsonSchema(VocabularyBytes vocabulary, Pattern pattern)
    {
        (this.vocabulary, automaton) = (vocabulary, new(pattern));
        bytes = vocabulary.Tokens.ToDictionary(token => token.Id, token => token.Bytes);
    }

    /// <summary>Compiles a schema.</summary>
    /// <exception cref="FormatException">It is none, holds what is not known, or what the vocabulary cannot write; the message names it.</exception>
    internal static JsonSchema Compile(JsonElement schema, VocabularyBytes vocabulary)
    {
        var value = new JsonGrammar(schema, vocabulary.Writes).Root ?? throw new FormatException(
            "A JSON schema must have a value that can be written, but this one has none: it contradicts itself, never ends, or holds characters that the vocabulary lacks, such as '{' in T5's.");
        return new(vocabulary, new Pattern.Sequence(Pattern.Optional(Pattern.Text(" ")), value));
    }

    /// <summary>Names the tokens that may follow, and the ends where all is there.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="ends">The ids that end a sequence.</param>
    public IReadOnlyCollection<int> Following(IEnumerable<int> written, IReadOnlyList<int> ends)
    {
        ArgumentNullException.ThrowIfNull(written);
        lock (turn)
        {
            var state = written.Aggregate(0, (state, id) => After(state, bytes.GetValueOrDefault(id, [])));
            if (state == ByteAutomaton.Dead)
            {
                return ends;
            }

            if (!following.TryGetValue(state, out var ids))
            {
                following[state] = ids = [.. Following(state)];
            }

            return automaton.IsWhole(state) ? [.. ids, .. ends] : ids;
        }
    }

    private int After(int state, ReadOnlySpan<byte> read)
    {
        for (var at = 0; at < read.Length && state != ByteAutomaton.Dead; at++)
        {
            state = automaton.After(state, read[at]);
        }

        return state;
    }

    // Tokens that begin alike stand together: each goes on from where it leaves the one before, and those that share a dead beginning are passed over.
    private List<int> Following(int state)
    {
        var (ids, path, last) = (new List<int>(), new List<int> { state }, Array.Empty<byte>());
        foreach (var (token, id) in vocabulary.Tokens)
        {
            var same = token.AsSpan().CommonPrefixLength(last);
            if (same >= path.Count)
            {
                // It shares the byte that led nowhere.
                continue;
            }

            path.RemoveRange(same + 1, path.Count - same - 1);
            var at = path[^1];
            for (var i = same; i < token.Length; i++)
            {
                at = automaton.After(at, token[i]);
                if (at == ByteAutomaton.Dead)
                {
                    break;
                }

                path.Add(at);
            }

            last = token;
            if (at != ByteAutomaton.Dead)
            {
                ids.Add(id);
            }
        }

        return ids;
    }
}
