using System.Text;
using Ptgp.Host.Training.Reports;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Training.Reports;

public sealed class EventFileTests
{
    /// <summary>The bytes of a file that says of step 3 that the loss is 0.5, as TensorFlow's own writer lays them out; the time is 1 second.</summary>
    [Fact]
    public void AFileIsWhatTensorBoardReads()
    {
        using TemporaryFolder folder = new();
        using (var file = EventFile.Begin(folder.Path, 3, new Clock()))
        {
            file.Add(3, [KeyValuePair.Create("loss", 0.5)]);
        }

        var path = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Equal("events.out.tfevents.0000000001.ptgp", Path.GetFileName(path));
        var records = Records(File.ReadAllBytes(path));
        Assert.Equal(
            ["09000000000000F03F10001A0D" + Convert.ToHexString("brain.Event:2"u8), "09000000000000F03F10033A020801", "09000000000000F03F10032A0D0A0B0A046C6F7373150000003F"],
            records.Select(Convert.ToHexString));
    }

    /// <summary>RFC 3720's check values of CRC-32C, masked.</summary>
    [Theory]
    [InlineData("", 0u)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AAu)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43u)]
    public void RecordsAreCheckedByMaskedCrc32C(string bytes, uint crc) =>
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8u), EventFile.Checksum(Convert.FromHexString(bytes)));

    [Fact]
    public void ARunThatGoesOnHasAFileOfItsOwn()
    {
        using TemporaryFolder folder = new();
        EventFile.Begin(folder.Path, 0, new Clock()).Dispose();
        EventFile.Begin(folder.Path, 10, new Clock()).Dispose();
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    private static List<byte[]> Records(byte[] bytes)
    {
        List<byte[]> records = [];
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BitConverter.ToInt64(bytes, at);
            Assert.Equal(EventFile.Checksum(bytes.AsSpan(at, 8)), BitConverter.ToUInt32(bytes, at + 8));
            records.Add(bytes[(at + 12)..(at + 12 + length)]);
            Assert.Equal(EventFile.Checksum(records[^1]), BitConverter.ToUInt32(bytes, at + 12 + length));
            at += length + 16;
        }

        return records;
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1);
    }
}
