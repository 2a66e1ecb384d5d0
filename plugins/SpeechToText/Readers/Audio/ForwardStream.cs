namespace Ptgp.SpeechToText.Audio;

/// <summary>What is left of a file, as a stream for decoders that want one: it goes forward only, so that they keep no more than they need.</summary>
internal sealed class ForwardStream(ByteReader file) : ForwardOnlyStream(file)
{
    private readonly ByteReader file = file;
    private readonly long start = file.Position;

    public override long Position { get => file.Position - start; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer) => file.Read(buffer);
}
