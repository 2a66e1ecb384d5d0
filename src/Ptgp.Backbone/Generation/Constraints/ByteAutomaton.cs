namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>Follows bytes through a pattern. States are made as they are met. Not safe to use from several threads.</summary>
internal sealed class ByteAutomaton
{
    /// <summary>The state in which nothing more can become right.</summary>
    public const int Dead = -1;

    private const int Unmet = -2;
    private const int MostNodes = 1 << 20;

    // The graph: from each node by a byte of a range, or by nothing.
    private readonly List<List<(byte First, byte Last, int To)>> steps = [];
    private readonly List<List<int>> skips = [];

    // Each state is a set of nodes.
    private readonly Dictionary<string, int> known = [];
    private readonly List<int[]> states = [];
    private readonly List<int[]> next = [];
    private readonly int end;

    /// <summary>Makes the automaton of a pattern, in state 0.</summary>
    /// <exception cref="FormatException">It would be too large.</exception>
    public ByteAutomaton(Pattern pattern)
    {
        var start = Node();
        end = Add(pattern, start);
        StateOf([start]);
    }

    /// <summary>Tells whether what was read is whole.</summary>
    public bool IsWhole(int state) => Array.BinarySearch(states[state], end) >= 0;

    /// <summary>Goes on by a byte.</summary>
    public int After(int state, byte read)
    {
        if (next[state][read] == Unmet)
        {
            next[state][read] = StateOf([.. states[state].SelectMany(node => steps[node]).Where(step => step.First <= read && read <= step.Last).Select(step => step.To)]);
        }

        return next[state][read];
    }

    private int StateOf(HashSet<int> nodes)
    {
        for (var waiting = new Stack<int>(nodes); waiting.TryPop(out var node);)
        {
            foreach (var to in skips[node].Where(nodes.Add))
            {
                waiting.Push(to);
            }
        }

        // A node that no byte leaves is worth knowing only if it is the end.
        int[] all = [.. nodes.Where(node => node == end || steps[node].Count > 0).Order()];
        if (all.Length == 0)
        {
            return Dead;
        }

        var name = string.Join(' ', all);
        if (!known.TryGetValue(name, out var state))
        {
            known[name] = state = states.Count;
            states.Add(all);
            var unmet = new int[256];
            Array.Fill(unmet, Unmet);
            next.Add(unmet);
        }

        return state;
    }

    private int Node()
    {
        steps.Add([]);
        skips.Add([]);
        return steps.Count <= MostNodes ? steps.Count - 1 : throw new FormatException("A JSON schema or regular expression must be small enough to keep, but this one is too large. Lower its lengths and counts, or nest it less.");
    }

    // Adds what a pattern reads behind a node; gets the node behind that.
    private int Add(Pattern pattern, int from)
    {
        var to = from;
        switch (pattern)
        {
            case Pattern.Bytes bytes:
                to = Node();
                steps[from].Add((bytes.First, bytes.Last, to));
                break;
            case Pattern.Sequence sequence:
                to = sequence.Parts.Aggregate(from, (at, part) => Add(part, at));
                break;
            case Pattern.Choice choice:
                to = Node();
                foreach (var part in choice.Parts)
                {
                    skips[Add(part, from)].Add(to);
                }

                break;
            case Pattern.Repeat repeat:
                to = AddRepeated(repeat, from);
                break;
            case Pattern.Members members:
                to = AddMembers(members, from);
                break;
            default:
                throw new InvalidOperationException($"A pattern must be one that is known, but is {pattern.GetType().Name}.");
        }

        return to;
    }

    private int AddRepeated(Pattern.Repeat repeat, int from)
    {
        var to = Node();
        if (repeat.Least == 0)
        {
            skips[from].Add(to);
        }

        var at = from;
        for (var count = 1; count <= (repeat.Most ?? Math.Max(1, repeat.Least)); count++)
        {
            var start = Node();
            skips[count == 1 ? at : Add(repeat.Separator, at)].Add(start);
            at = Add(repeat.Part, start);
            if (count >= repeat.Least)
            {
                skips[at].Add(to);
            }

            if (repeat.Most is null && count >= repeat.Least)
            {
                skips[Add(repeat.Separator, at)].Add(start);
            }
        }

        return to;
    }

    private int AddMembers(Pattern.Members members, int from)
    {
        // Where none stands yet, and where one does.
        int? none = from, some = null;
        foreach (var (part, isRequired) in members.Parts)
        {
            var start = Node();
            if (none is { } first)
            {
                skips[first].Add(start);
            }

            if (some is { } before)
            {
                skips[Add(members.Separator, before)].Add(start);
            }

            var after = Node();
            skips[Add(part, start)].Add(after);
            if (!isRequired && some is { } skipped)
            {
                skips[skipped].Add(after);
            }

            (none, some) = (isRequired ? null : none, after);
        }

        var to = Node();
        foreach (var last in (int?[])[none, some])
        {
            if (last is { } node)
            {
                skips[node].Add(to);
            }
        }

        return to;
    }
}
