using Ptgp.Backbone.Weights;
using Ptgp.Backbone.Weights.Pickles;
using static Ptgp.Backbone.Tests.Weights.TorchBytes;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>What the hostile fixtures do not show.</summary>
public sealed class PickleFileTests : IDisposable
{
    private static readonly byte[] six = [.. new float[] { 1, 2, 3, 4, 5, 6 }.SelectMany(BitConverter.GetBytes)];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ATensorOutlivesTheFileAndTheMappingGoesWithIt()
    {
        var path = folder.Write("some.bin", Zip(("a/data.pkl", Pickle("}", Text("a"), Tensor("0", 6, 2, [2, 2], [1, 2]), "s", Text("b"), Tensor("0", 6, 1, [2], [1]), "s")), ("a/data/0", six)));
        var file = PickleFile.Open(path);
        var (strided, plain) = (file.Read("a"), file.Read("b"));
        file.Dispose();
        Assert.Equal([3f, 5, 4, 6], strided.data<float>().ToArray());
        Assert.True(strided.is_contiguous());
        strided.Dispose();
        Assert.True(MappedFile.IsMapped(path));
        Assert.Equal([2f, 3], plain.data<float>().ToArray());
        plain.Dispose();
        Assert.False(MappedFile.IsMapped(path));
    }

    [Fact]
    public void MemoryThatWasGivenBackComesAgain()
    {
        var path = folder.Write("some.bin", Zip(("a/data.pkl", Pickle("}", Text("a"), Tensor("0", 4096, 0, [4096], [1]), "s")), ("a/data/0", [.. Enumerable.Repeat(1f, 4096).SelectMany(BitConverter.GetBytes)])));
        using var file = PickleFile.Open(path);
        using var tensor = file.Read("a");
        Assert.Equal(4096, tensor.sum().item<float>());
        file.Forget("a");
        Assert.Equal(4096, tensor.sum().item<float>());
    }

    [Fact]
    public void WhatPython2WritesOfAnOrderedDictIsRead() => Assert.Equal(
        "F32 [6]",
        Entries(Zip(("a/data.pkl", Pickle("ccollections\nOrderedDict\n(](](U\u0001a", Tensor("0", 6, 0, [6], [1]), "eetR")), ("a/data/0", six)))["a"].ToString());

    [Fact]
    public void TheOldestWayToRebuildATensorIsRead() => Assert.Equal(
        "F32 [2, 3]",
        Entries(Zip(
            ("a/data.pkl", Pickle("}", Text("a"), "ctorch._utils\n_rebuild_tensor\n((", Text("storage"), "ctorch\nFloatStorage\n", Text("0"), Text("cpu"), Number(6), "tQK\0(K\u0002K\u0003t(K\u0003K\u0001ttRs")),
            ("a/data/0", six)))["a"].ToString());

    [Theory]
    [InlineData(new[] { 7 }, new[] { 0 }, "and have no more")]
    [InlineData(new[] { 3, 3 }, new[] { 1, 1 }, "and have no more")]
    [InlineData(new[] { 1, 7 }, new[] { 9, 1 }, "must lie inside its storage")]
    [InlineData(new[] { 0, int.MaxValue, int.MaxValue, int.MaxValue }, new[] { 1, 1, 1, 1 }, "must lie inside its storage")]
    public void AViewIsNeverLargerThanItsStorage(int[] shape, int[] strides, string reason) =>
        Assert.Contains(reason, Fault(Zip(("a/data.pkl", Pickle("}", Text("a"), Tensor("0", 6, 0, shape, strides), "s")), ("a/data/0", six))), StringComparison.Ordinal);

    [Fact]
    public void AnEmptyTensorMayLieAtTheEndOfItsStorage() =>
        Assert.Equal("F32 [0, 5]", Entries(Zip(("a/data.pkl", Pickle("}", Text("a"), Tensor("0", 6, 6, [0, 5], [5, 1]), "s")), ("a/data/0", six)))["a"].ToString());

    [Fact]
    public void ATensorNamedTwiceIsRefused() =>
        Assert.Contains("names tensor 'a' twice", Fault(Zip(("a/data.pkl", Pickle("}(", Text("a"), Tensor("0", 6, 0, [6], [1]), Text("a"), Tensor("0", 6, 0, [6], [1]), "u")), ("a/data/0", six))), StringComparison.Ordinal);

    [Fact]
    public void AStorageDescribedInTwoWaysIsRefused() =>
        Assert.Contains("describes storage '0' in two ways", Fault(Zip(("a/data.pkl", Pickle("}(", Text("a"), Tensor("0", 6, 0, [6], [1]), Text("b"), Tensor("0", 5, 0, [5], [1]), "u")), ("a/data/0", six))), StringComparison.Ordinal);

    [Fact]
    public void TwoArchivesInOneAreRefused() =>
        Assert.Contains("one 'data.pkl', but has 2", Fault(Zip(("a/data.pkl", Pickle("}")), ("b/data.pkl", Pickle("}")))), StringComparison.Ordinal);

    [Fact]
    public void APickleBeyondAllReasonIsRefusedUnread() =>
        Assert.Contains("has a pickle of 8388609 bytes", Fault(Zip(("a/data.pkl", new byte[(8 << 20) + 1]))), StringComparison.Ordinal);

    [Theory]
    [InlineData("os\u001b[2J\nsystem\n", "asks for 'os?[2J.system'")]
    [InlineData("os\n", "is cut short: a name does not end")]
    public void WhatAStrangerWroteIsQuotedOnOneLine(string name, string reason) =>
        Assert.Contains(reason, Fault(Zip(("a/data.pkl", Pickle("c" + name)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("}}b", null)] // a dictionary that is no state
    [InlineData("ccollections\nOrderedDict\n)R}U\u0009_metadatafb", "the opcode 0x66")]
    [InlineData("ccollections\nOrderedDict\n)R}U\u0009_metadata}sb", "")]
    public void OnlyMetadataMayBeSetOfADictionary(string pickle, string? reason)
    {
        var file = Zip(("a/data.pkl", Pickle(pickle)));
        if (reason is "")
        {
            Assert.Empty(Entries(file));
        }
        else
        {
            Assert.Contains(reason ?? "must set nothing but '_metadata'", Fault(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        foreach (var file in new[] { Repository.Fixture("models", "formats", "hostile", "good.bin"), Repository.Fixture("models", "formats", "hostile", "views-legacy.bin") })
        {
            var whole = File.ReadAllBytes(file);
            for (var length = 0; length < whole.Length; length++)
            {
                Fault(whole[..length]);
            }

            Assert.NotEmpty(Entries(whole));
        }
    }

    private static IReadOnlyDictionary<string, TensorEntry> Entries(byte[] file) => PickleFile.ReadEntries("some.bin", new FileBytes(file));

    private static string Fault(byte[] file) => Assert.Throws<CheckpointException>(() => Entries(file)).Message;
}
