namespace Ptgp.Toolkit.Text;

/// <summary>What a name of a language says, whichever vocabulary it comes from.</summary>
/// <param name="Code">The language: its code of two letters where it has one.</param>
/// <param name="Script">How it is written, such as <c>Latn</c>; null when the name does not say.</param>
/// <param name="Region">Where it is spoken, such as <c>DE</c>; null when the name does not say.</param>
internal sealed record LanguageName(string Code, string? Script, string? Region)
{
    /// <summary>Reads a name such as <c>zho_Hans</c>, <c>de-AT</c>, <c>__fr__</c> or <c>German</c>.</summary>
    public static LanguageName Of(string name)
    {
        var parts = Language.Bare(name).Split('_', '-');
        // What is no script and no region makes another language of it.
        var isKnown = parts.Skip(1).All(part => part.Length is 2 or 4);
        var code = !isKnown ? Language.Bare(name).ToLowerInvariant() : Language.Find(name)?.Code ?? parts[0].ToLowerInvariant();
        // mBART's 'en_XX' is of no region.
        var region = parts.Skip(1).FirstOrDefault(part => part.Length == 2)?.ToUpperInvariant() is { } told and not "XX" ? told : null;
        var script = parts.Skip(1).FirstOrDefault(part => part.Length == 4)?.ToUpperInvariant();
        return new(code, script ?? (code == "zh" ? ScriptOf(region) : null), region);
    }

    /// <summary>Tells whether both may mean one language: it is the same, and neither script nor region contradict.</summary>
    public bool MayBe(LanguageName other) =>
        Code == other.Code && (Script ?? other.Script) == (other.Script ?? Script) && (Region ?? other.Region) == (other.Region ?? Region);

    private static string? ScriptOf(string? region) => region switch
    {
        "CN" or "SG" => "HANS",
        "TW" or "HK" or "MO" => "HANT",
        _ => null,
    };
}
