namespace Ptgp.Toolkit.Audio;

/// <summary>Sound that is played faster, pitch and all, by saying that it was sampled at a higher rate: speed perturbation (Ko et al. 2015).</summary>
/// <param name="source">The sound; it is closed with what is made of it.</param>
/// <param name="speed">How many times faster it is played.</param>
public sealed class FasterSound(AudioSource source, double speed) : AudioSource
{
    /// <inheritdoc />
    public override int Rate { get; } = (int)Math.Round(source.Rate * speed);

    /// <inheritdoc />
    public override string? Remark => source.Remark;

    /// <inheritdoc />
    public override int Read(Span<float> samples) => source.Read(samples);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        source.Dispose();
        base.Dispose(disposing);
    }
}
