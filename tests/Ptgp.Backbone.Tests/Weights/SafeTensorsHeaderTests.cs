using System.Text;
using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone.Tests.Weights;

public class SafeTensorsHeaderTests
{
    // One tensor 'a' of whatever the test makes of it, before four bytes of data.
    private static string Fault(string header, long dataLength = 4) => Assert.Throws<CheckpointException>(
        () => SafeTensorsHeader.Parse("f", Encoding.UTF8.GetBytes(header), 100, dataLength)).Message;

    [Theory]
    [InlineData("[]", "it must be a JSON object")]
    [InlineData("""{"a":1}""", "it must hold an object as tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "it names tensor 'a' twice")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}""", "it must say 'dtype' of tensor 'a' once, as text")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "it must say 'dtype' of tensor 'a' once, as text")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", "it says 'shape' of tensor 'a' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "it must say 'dtype', 'shape' and 'data_offsets' of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", "it must hold a list as 'shape' of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "it must hold whole numbers from 0 on as 'shape' of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "it must hold whole numbers from 0 on as 'shape' of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "it must hold whole numbers from 0 on as 'data_offsets' of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "it must say 'data_offsets' of tensor 'a' as [begin, end], but says [4, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "it must say 'data_offsets' of tensor 'a' as [begin, end], but says [0, 4, 8]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "it gives tensor 'a' 4 bytes, but F32 [2] takes 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", "it gives tensor 'a' 4 bytes, but F32 [4611686018427387904, 4] takes more than a file can hold")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", "it gives tensor 'a' 0 bytes, but F32 [0, 4611686018427387904, 4] takes more than a file can hold")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}""", "it puts tensor 'a' behind the largest possible file")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""", "it leaves 3 unused bytes before tensor 'a'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "it lets tensor 'b' overlap the one before it")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "it leaves 1 unused bytes before tensor 'b'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "it describes tensors up to byte 103, but the file ends at byte 104")]
    [InlineData("""{"__metadata__":[]}""", "it must hold an object as '__metadata__'")]
    [InlineData("""{"__metadata__":{"format":1}}""", "it must hold text as '__metadata__.format'")]
    [InlineData("""{"__metadata__":{"format":"pt","format":"np"}}""", "it names '__metadata__.format' twice")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", "it holds tensor 'a' as 'F8_E4M3', which Ptgp cannot read. It reads I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL; convert the checkpoint to one of these")]
    public void AFaultIsNamed(string header, string fault) => Assert.Equal($"Weights file 'f' has a damaged header: {fault}.", Fault(header));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("""{"a\ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],}}""")]
    public void BrokenJsonIsNamed(string header) => Assert.StartsWith("Weights file 'f' has a header that is not valid JSON: ", Fault(header), StringComparison.Ordinal);

    [Fact]
    public void TextThatIsNotUtf8IsNamed()
    {
        byte[] header = [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        var fault = Assert.Throws<CheckpointException>(() => SafeTensorsHeader.Parse("f", header, 100, 4));
        Assert.StartsWith("Weights file 'f' has a header that is not valid JSON: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorBehindTheEndMeansATruncatedFile() => Assert.Equal(
        "Weights file 'f' is cut short: tensor 'a' ends at byte 108, but the file at byte 104. Copy or download it again.",
        Fault("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""));

    [Fact]
    public void TheHeadersOrderNeedNotBeTheDatas()
    {
        var header = SafeTensorsHeader.Parse(
            "f", """{"b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"""u8, 100, 4);
        Assert.Equal(["b", "a"], header.Entries.Keys);
        Assert.Equal(101, header.Entries["b"].Offset);
    }
}
