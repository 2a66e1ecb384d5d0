using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Testing.Checks;

/// <summary>Checks that a member leaves libtorch as it found it.</summary>
internal static class Leftovers
{
    private const int Times = 3;

    /// <summary>Runs a member several times, each time in a scope of its own as the host does, and looks at what is left.</summary>
    public static void Check(string member, bool gradients, Action work, Faults faults)
    {
        var type = get_default_dtype();
        if (!Once(member, gradients, work, faults))
        {
            return;
        }

        if (!faults.Check(get_default_dtype() == type, $"{member} must leave torch's default type alone, but sets it to {get_default_dtype()}: it is everybody's. Name the type where a tensor is made."))
        {
            set_default_dtype(type);
        }

        Once(member, gradients, work, faults); // what is made once and kept is no leak
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < Times; i++)
        {
            Once(member, gradients, work, faults);
        }

        var more = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        faults.Check(more < Times, $"{member} must leave no tensors behind, but leaves {more / Times} each time. Do not keep tensors in fields, or detach them from the host's scope.");
    }

    private static bool Once(string member, bool gradients, Action work, Faults faults)
    {
        Tensor probe;
        using (NewDisposeScope())
        using (set_grad_enabled(gradients))
        {
            work();
            faults.Check(is_grad_enabled() == gradients, $"{member} must leave gradients switched as they were, but does not. Write 'using (torch.no_grad())'.");
            probe = ones(1); // goes with the scope, unless another one is open that nobody closes
        }

        return faults.Check(probe.IsInvalid, $"{member} must close the dispose scopes that it opens, but leaves one open. Write 'using var scope = torch.NewDisposeScope();'.");
    }
}
