namespace Ptgp.Host.Hub;

/// <summary>Is told how a pull goes on, from many threads.</summary>
internal interface IPullProgress
{
    /// <summary>Says how many bytes there will be.</summary>
    void Begin(long total);

    /// <summary>Says that a file is begun.</summary>
    void Begin(HubFile file);

    /// <summary>Says that bytes arrived or were there already; fewer than none where they were lost again.</summary>
    void Add(long bytes);

    /// <summary>Says something in a line.</summary>
    void Say(string message);
}
