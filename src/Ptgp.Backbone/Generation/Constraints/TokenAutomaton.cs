namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>A form that texts keep to, compiled for a vocabulary: which tokens may follow at each place. Safe to use from many threads.</summary>
internal sealed class TokenAutomaton
{
    private readonly Lock turn = new();
    private readonly VocabularyBytes vocabulary;
    private readonly ByteAutomaton automaton;
    private readonly Dictionary<int, int[]> following = [];

    /// <summary>Compiles a form.</summary>
    /// <param name="vocabulary">What the tokens write.</param>
    /// <param name="pattern">The form.</param>
    /// <exception cref="FormatException">It is too large.</exception>
    public TokenAutomaton(VocabularyBytes vocabulary, Pattern pattern) => (this.vocabulary, automaton) = (vocabulary, new(pattern));

    /// <summary>Names the tokens that may follow, and the ends where all is there.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="ends">The ids that end a sequence.</param>
    /// <exception cref="ForbiddenException">What was written does not keep to the form.</exception>
    public IReadOnlyCollection<int> Following(ReadOnlySpan<int> written, IReadOnlyList<int> ends)
    {
        lock (turn)
        {
            var state = 0;
            foreach (var id in written)
            {
                state = After(state, vocabulary.BytesOf(id));
            }

            if (state == ByteAutomaton.Dead)
            {
                throw new ForbiddenException("What is written must keep to its form (jsonSchema, regex), but a token that was forced does not. Force no token beside a form that does not begin with it.");
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
