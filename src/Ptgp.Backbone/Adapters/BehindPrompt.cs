using System.Runtime.CompilerServices;

namespace Ptgp.Backbone;

/// <summary>Remembers what an encoder made of an input and the prompt before it, for the decoder; heads see the states of the input alone.</summary>
internal static class BehindPrompt
{
    private static readonly ConditionalWeakTable<EncodedStates, EncodedStates> whole = [];

    /// <summary>Makes states without the prompt's, and remembers the whole.</summary>
    /// <param name="input">The input, without the prompt.</param>
    /// <param name="all">The states, with the prompt's.</param>
    public static EncodedStates Of(Embedded input, EncodedStates all)
    {
        var (length, states) = (input.States.size(1), all.States);
        EncodedStates own = new(input, input.Mask, isCausal: false, () => states.narrow(1, states.size(1) - length, length));
        whole.Add(own, all);
        return own;
    }

    /// <summary>Gets what a decoder looks at.</summary>
    public static EncodedStates Memory(EncodedStates source) => whole.TryGetValue(source, out var all) ? all : source;
}
