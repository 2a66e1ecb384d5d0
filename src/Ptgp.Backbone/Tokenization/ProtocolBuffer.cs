using System.Buffers.Binary;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Reads the fields of a protocol buffer message one after the other. Every length is checked against what is there.</summary>
internal ref struct ProtocolBuffer(ReadOnlySpan<byte> message, string path)
{
    private readonly ReadOnlySpan<byte> message = message;
    private readonly string path = path;
    private int position;

    /// <summary>Gets the number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Gets its value when it is a number, a truth or the bits of a float.</summary>
    public ulong Number { get; private set; }

    /// <summary>Gets its value when it is text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="CheckpointException">The message ends within a field, or holds something else than fields.</exception>
    public bool Read()
    {
        if (position == message.Length)
        {
            return false;
        }

        var tag = ReadVariable();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        Number = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Number = ReadVariable();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(ReadVariable());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new CheckpointException($"{path} must be a SentencePiece model, but byte {position} of it begins no field of one. Download the file again.");
        }

        return Field != 0 ? true : throw new CheckpointException($"{path} must be a SentencePiece model, but has a field without number before byte {position}. Download the file again.");
    }

    /// <summary>Gets the value as a float.</summary>
    public readonly float AsFloat() => BitConverter.UInt32BitsToSingle((uint)Number);

    private ulong ReadVariable()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new CheckpointException($"{path} must be a SentencePiece model, but holds a number of more than 64 bits before byte {position}. Download the file again.");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(message.Length - position))
        {
            throw new CheckpointException($"{path} is cut off: a field of a SentencePiece model needs {count} bytes, but {message.Length - position} are left. Download the file again.");
        }

        position += (int)count;
        return message.Slice(position - (int)count, (int)count);
    }
}
