namespace Ptgp.Host.Tasks;

/// <summary>A field of a JSON input that nothing reads.</summary>
/// <param name="Within">The field that holds the object it stands in, such as <c>messages</c>; empty for the input itself.</param>
/// <param name="Name">Its name.</param>
/// <param name="Known">What there could be instead.</param>
internal readonly record struct UnknownField(string Within, string Name, IReadOnlyList<string> Known);
