namespace Ptgp.Testing.Checks;

/// <summary>What was found wrong so far.</summary>
internal sealed class Faults
{
    private readonly List<string> found = [];

    public IReadOnlyList<string> Found => found;

    /// <summary>Notes a fault, once.</summary>
    public void Add(string fault)
    {
        if (!found.Contains(fault))
        {
            found.Add(fault);
        }
    }

    /// <summary>Notes a fault unless something holds.</summary>
    public bool Check(bool holds, string fault)
    {
        if (!holds)
        {
            Add(fault);
        }

        return holds;
    }

    /// <summary>Runs the plugin's code and notes when it throws.</summary>
    public bool Try(string member, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            while (e is System.Reflection.TargetInvocationException or AggregateException && e.InnerException is not null)
            {
                e = e.InnerException;
            }

            Add($"{member} must not throw on the examples, but throws {e.GetType().Name}: {e.Message}");
            return false;
        }
    }
}
