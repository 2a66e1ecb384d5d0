namespace Ptgp.Backbone.Jinja;

/// <summary>A template is broken, asks for what there is not, or refuses what it was given.</summary>
internal sealed class JinjaException : Exception
{
    public JinjaException(string message)
        : base(message)
    {
    }

    public JinjaException(string message, int line)
        : base($"line {line}: {message}") => Line = line;

    /// <summary>Gets the line of the template, counted from 1; null when it is not known yet.</summary>
    public int? Line { get; }
}
