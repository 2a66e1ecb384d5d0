using System.ComponentModel.DataAnnotations;

namespace ImageCaptioning;

/// <summary>How pictures are seen.</summary>
public sealed record ImageCaptioningOptions
{
    /// <summary>Gets the side of the square that every picture is brought to, in pixels.</summary>
    /// <value>A multiple of <see cref="PatchSide"/>. The default is 32.</value>
    [Range(1, 4096)]
    public int Size { get; init; } = 32;

    /// <summary>Gets the side of a patch, in pixels: what the backbone reads as one token.</summary>
    /// <value>The default is 8.</value>
    [Range(1, 256)]
    public int PatchSide { get; init; } = 8;

    internal int Patches => Size / PatchSide * (Size / PatchSide);
}
