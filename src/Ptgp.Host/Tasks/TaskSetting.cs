namespace Ptgp.Host.Tasks;

/// <summary>What a runner is given.</summary>
internal sealed record TaskSetting
{
    /// <summary>Gets the name under which the configuration holds the task.</summary>
    public required string Task { get; init; }

    /// <summary>Gets the backbone it runs on.</summary>
    public required LoadedBackbone Backbone { get; init; }

    /// <summary>Gets the backbone as the task sees it.</summary>
    public required BackboneView View { get; init; }

    /// <summary>Gets how the task writes by its configuration.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Gets the task's share of what is written at once.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Gets the folder that training wrote, whose weights the task takes; null for a fresh head on the checkpoint as it is.</summary>
    public string? Trained { get; init; }

    /// <summary>Gets what it is opened for.</summary>
    public TaskUse Use { get; init; }

    /// <summary>Gets where what is noteworthy is said.</summary>
    public required IConsoleLog Log { get; init; }
}
