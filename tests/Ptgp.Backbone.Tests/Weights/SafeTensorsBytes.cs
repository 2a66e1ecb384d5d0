using System.Buffers.Binary;
using System.Text;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>Builds files by hand, sound or not.</summary>
internal static class SafeTensorsBytes
{
    public static byte[] Make(string header, int dataLength = 0) => Make(Encoding.UTF8.GetBytes(header), dataLength);

    public static byte[] Make(byte[] header, int dataLength = 0)
    {
        var file = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        for (var i = 0; i < dataLength; i++)
        {
            file[8 + header.Length + i] = (byte)i;
        }

        return file;
    }
}
