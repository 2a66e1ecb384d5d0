namespace Ptgp.Backbone.Generation;

/// <summary>Something wrong with generation options.</summary>
/// <param name="Option">The option, as users write it.</param>
/// <param name="Reason">What must hold, what is, and what to do, to be read after it.</param>
/// <param name="Beside">The options that it does not go with, or depends on.</param>
public sealed record OptionFault(string Option, string Reason, params IReadOnlyList<string> Beside)
{
    /// <summary>Gets all options that it is about.</summary>
    public IEnumerable<string> Options => Beside.Prepend(Option);

    /// <inheritdoc />
    public override string ToString() => $"{Option} {Reason}";
}
