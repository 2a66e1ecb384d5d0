using System.Text;
using CsCheck;
using Ptgp.Backbone.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Weights;

public sealed class SafeTensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder["some.safetensors"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ATensorOutlivesTheFileItLiesOver()
    {
        File.WriteAllBytes(Path, SafeTensorsBytes.Make("""{"a":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]}} """, 6));
        Tensor view;
        using (var file = SafeTensorsFile.Open(Path))
        using (var tensor = file.Read("a"))
        {
            view = tensor[1];
        }

        File.Delete(Path);
        using (view)
        {
            Assert.Equal([3, 4, 5], view.data<byte>().ToArray());
        }
    }

    [Fact]
    public void TheMappingGoesWithTheLastTensorOverIt()
    {
        File.WriteAllBytes(Path, SafeTensorsBytes.Make("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4));
        var file = SafeTensorsFile.Open(Path);
        Assert.True(MappedFile.IsMapped(Path));
        var first = file.Read("a");
        var second = first.narrow(0, 1, 2);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("a"));
        first.Dispose();
        Assert.True(MappedFile.IsMapped(Path));
        second.Dispose();
        Assert.False(MappedFile.IsMapped(Path));
    }

    [Fact]
    public void ACopyOnWriteTensorChangesAndItsFileDoesNot()
    {
        var bytes = SafeTensorsBytes.Make("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" + "  ", 8);
        File.WriteAllBytes(Path, bytes);
        using var file = SafeTensorsFile.Open(Path, copyOnWrite: true);
        using var tensor = file.Read("a");
        tensor.fill_(7);
        Assert.Equal([7f, 7f], tensor.data<float>().ToArray());
        Assert.Equal(bytes, File.ReadAllBytes(Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void AMisalignedTensorIsReadAll(int shift)
    {
        var padding = new string(' ', ((8 - (Encoding.UTF8.GetByteCount(Aligned("")) % 8)) % 8) + shift);
        var bytes = SafeTensorsBytes.Make(Aligned(padding), 8);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), 1.5f);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), -2f);
        File.WriteAllBytes(Path, bytes);
        using var file = SafeTensorsFile.Open(Path);
        using var tensor = file.Read("a");
        Assert.Equal([1.5f, -2f], tensor.data<float>().ToArray());

        static string Aligned(string padding) => """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" + padding;
    }

    [Fact]
    public void SingleNumbersEmptyTensorsAndUnknownKeysAreRead()
    {
        File.WriteAllBytes(Path, SafeTensorsBytes.Make(
            """{"__metadata__":{"format":"pt","note":"ü"},"none":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]},"one":{"dtype":"U8","shape":[],"data_offsets":[0,1],"since":{"x":[1]}}}""", 1));
        using var file = SafeTensorsFile.Open(Path);
        Assert.Equal("ü", file.Metadata["note"]);
        Assert.Equal(["none", "one"], file.Entries.Keys);
        Assert.Equal("U8 []", file.Entries["one"].ToString());
        using var none = file.Read("none");
        using var one = file.Read("one");
        Assert.Equal([3, 0], none.shape);
        Assert.Equal(0, one.item<byte>());
        Assert.Empty(one.shape);
    }

    [Fact]
    public void AMissingFileAndAMissingTensorAreNamed()
    {
        Assert.Equal($"Weights file '{Path}' does not exist.", Fault());
        File.WriteAllBytes(Path, SafeTensorsBytes.Make("{}"));
        using var file = SafeTensorsFile.Open(Path);
        Assert.Empty(file.Entries);
        Assert.Equal($"Weights file '{Path}' has no tensor 'b'.", Assert.Throws<CheckpointException>(() => file.Read("b")).Message);
    }

    [Theory]
    [InlineData("", "is cut short: a safetensors file has at least 8 bytes, this one has 0. Copy or download it again.")]
    [InlineData("0102030405", "is cut short: a safetensors file has at least 8 bytes, this one has 5. Copy or download it again.")]
    [InlineData("0A000000000000007B7D", "is cut short: its header is 10 bytes long, but only 2 follow. Copy or download it again.")]
    [InlineData("FFFFFFFFFFFFFFFF7B7D", "is not a safetensors file: its header would be 18446744073709551615 bytes long; at most 100000000 are allowed.")]
    [InlineData("00000000000000807B7D", "is not a safetensors file: its header would be 9223372036854775808 bytes long; at most 100000000 are allowed.")]
    [InlineData("02000000000000007B7D00", "has a damaged header: it describes tensors up to byte 10, but the file ends at byte 11.")]
    public void ADamagedLengthIsReported(string hex, string message)
    {
        File.WriteAllBytes(Path, Convert.FromHexString(hex));
        Assert.Equal($"Weights file '{Path}' {message}", Fault());
    }

    [Fact]
    public void EveryTruncationOfARealFileIsReported()
    {
        var whole = File.ReadAllBytes(Ptgp.Tests.Repository.Fixture("training", "t5-curve", "lora-initial", "adapter_model.safetensors"));
        Gen.Int[0, whole.Length - 1].Sample(
            length =>
            {
                var path = folder[$"cut-{length}.safetensors"];
                File.WriteAllBytes(path, whole.AsSpan(0, length));
                var fault = Assert.Throws<CheckpointException>(() => SafeTensorsFile.Open(path));
                Assert.Contains("cut short", fault.Message, StringComparison.Ordinal);
                File.Delete(path);
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void AnyDamageToAHeaderIsReportedOrHarmless()
    {
        var whole = File.ReadAllBytes(Ptgp.Tests.Repository.Fixture("training", "t5-curve", "lora-initial", "adapter_model.safetensors"));
        var header = (int)BitConverter.ToInt64(whole);
        Gen.Select(Gen.Int[0, header + 7], Gen.Byte).Sample(
            (position, value) =>
            {
                var damaged = (byte[])whole.Clone();
                damaged[position] = value;
                var path = folder[$"{Guid.NewGuid():N}.safetensors"];
                File.WriteAllBytes(path, damaged);
                try
                {
                    using var file = SafeTensorsFile.Open(path);
                    foreach (var name in file.Entries.Keys)
                    {
                        using var tensor = file.Read(name);
                        tensor.sum().Dispose();
                    }
                }
                catch (CheckpointException fault)
                {
                    Assert.Contains(path, fault.Message, StringComparison.Ordinal);
                }

                File.Delete(path);
            },
            iter: 500,
            threads: 1);
    }

    private string Fault() => Assert.Throws<CheckpointException>(() => SafeTensorsFile.Open(Path)).Message;
}
