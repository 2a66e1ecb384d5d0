using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Writes the fields of a protocol buffer message one after the other.</summary>
internal sealed class ProtocolWriter
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    /// <summary>Gets what was written.</summary>
    public ReadOnlySpan<byte> Written => bytes.WrittenSpan;

    /// <summary>Writes a whole number; below 0 as 64 bits.</summary>
    public void Add(int field, long number)
    {
        Variable((ulong)field << 3);
        Variable((ulong)number);
    }

    /// <summary>Writes a truth.</summary>
    public void Add(int field, bool truth) => Add(field, truth ? 1 : 0);

    /// <summary>Writes a float.</summary>
    public void Add(int field, float number)
    {
        Span<byte> bits = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, number);
        Variable(((ulong)field << 3) | 5);
        bytes.Write(bits);
    }

    /// <summary>Writes a text.</summary>
    public void Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes, or a message.</summary>
    public void Add(int field, ReadOnlySpan<byte> value)
    {
        Variable(((ulong)field << 3) | 2);
        Variable((ulong)value.Length);
        bytes.Write(value);
    }

    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Write([(byte)(value | 0x80)]);
        }

        bytes.Write([(byte)value]);
    }
}
