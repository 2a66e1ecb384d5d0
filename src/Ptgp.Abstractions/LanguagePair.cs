namespace Ptgp;

/// <summary>What a checkpoint was taught to translate, as it calls both languages, such as <c>en</c> and <c>de</c>; a group of languages has a name of its own.</summary>
/// <param name="From">What it reads.</param>
/// <param name="To">What it writes.</param>
public sealed record LanguagePair(string From, string To);
