using CsCheck;
using Ptgp.Backbone.Weights;
using Ptgp.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Weights;

public sealed class SafeTensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    private string Path => folder["some.safetensors"];

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string> ReferenceFiles() =>
    [
        .. Directory.EnumerateFiles(Repository.Fixture(), "*.safetensors", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{System.IO.Path.DirectorySeparatorChar}hostile{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(path => System.IO.Path.GetRelativePath(Repository.Root, path)),
        System.IO.Path.Combine("models", "multi30k-en-de-marian", "model.safetensors"),
    ];

    [Theory]
    [MemberData(nameof(ReferenceFiles))]
    public void WhatTheReferenceWroteIsWrittenTheSameByteForByte(string path)
    {
        var original = System.IO.Path.Combine(Repository.Root, path);
        using var file = SafeTensorsFile.Open(original);
        SafeTensorsWriter.Write(Path, file.Entries.Keys.Reverse().Select(name => KeyValuePair.Create(name, file.Read(name))), file.Metadata);
        Assert.True(File.ReadAllBytes(original).AsSpan().SequenceEqual(File.ReadAllBytes(Path)));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void EveryTypeComesBackAsItWas(ScalarType type)
    {
        var tensor = torch.tensor(new[] { 0f, 1f, 2f, 100f, 0.5f, 3f }, 2, 3).to(type);
        SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", tensor)]);
        using var file = SafeTensorsFile.Open(Path);
        var read = file.Read("a");
        Assert.Equal(type, read.dtype);
        Assert.Equal([2, 3], read.shape);
        Assert.Equal(tensor.bytes.ToArray(), read.bytes.ToArray());
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void AnySetOfTensorsComesBackAligned()
    {
        ScalarType[] types = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Byte, ScalarType.Bool];
        Gen.Select(Gen.String[1, 8].Where(name => name != "__metadata__" && IsText(name)), Gen.Int[0, 4].Select(index => types[index]), Gen.Long[0, 5].Array[0, 3])
            .Array[0, 6]
            .Where(all => all.DistinctBy(item => item.Item1).Count() == all.Length)
            .Sample(
                all =>
                {
                    using var inner = NewDisposeScope();
                    var tensors = all.ToDictionary(item => item.Item1, item => randint(0, 100, item.Item3).to(item.Item2));
                    SafeTensorsWriter.Write(Path, tensors);
                    using var file = SafeTensorsFile.Open(Path);
                    Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
                    foreach (var (name, tensor) in tensors)
                    {
                        Assert.Equal(tensor.shape, file.Entries[name].Shape);
                        Assert.Equal(0, file.Entries[name].Offset % tensor.element_size());
                        Assert.True(tensor.Equals(file.Read(name)));
                    }
                },
                iter: 100,
                threads: 1);

        static bool IsText(string name) => !name.Any(char.IsSurrogate);
    }

    [Fact]
    public void AViewIsWrittenAsWhatItShows()
    {
        var tensor = arange(6, dtype: ScalarType.Float32).view(2, 3).t();
        SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", nn.Parameter(tensor) as Tensor)]);
        using var file = SafeTensorsFile.Open(Path);
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], file.Read("a").data<float>().ToArray());
    }

    [Fact]
    public void AFileMayBeReplacedWhileItsTensorsAreInUse()
    {
        SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", ones(3))]);
        using var old = SafeTensorsFile.Open(Path);
        var tensor = old.Read("a");
        SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", tensor + tensor)]);
        using var replaced = SafeTensorsFile.Open(Path);
        Assert.Equal(3f, tensor.sum().item<float>());
        Assert.Equal(6f, replaced.Read("a").sum().item<float>());
    }

    [Fact]
    public void AFullDiskLeavesTheOldFileWhole()
    {
        SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", ones(3))]);
        var before = File.ReadAllBytes(Path);
        Dictionary<string, Tensor> large = new() { ["a"] = zeros(1000), ["b"] = zeros(1000) };
        for (var room = 0; room < 8000; room += 700)
        {
            var fault = Assert.Throws<IOException>(
                () => AtomicFile.Write(Path, stream => SafeTensorsWriter.WriteTo(new FullDisk(stream, room), large, SafeTensorsWriter.DefaultMetadata)));
            Assert.Equal($"'{Path}' could not be written: No space left on device. What was there before is untouched.", fault.Message);
            Assert.Equal(before, File.ReadAllBytes(Path));
            Assert.Equal(["some.safetensors"], folder.Names);
        }
    }

    [Fact]
    public void NamesMustDifferAndTypesBeKnown()
    {
        var doubled = Assert.Throws<ArgumentException>(() => SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", ones(1)), KeyValuePair.Create("a", ones(1))]));
        Assert.Contains("but 'a' is there twice", doubled.Message, StringComparison.Ordinal);
        var reserved = Assert.Throws<ArgumentException>(() => SafeTensorsWriter.Write(Path, [KeyValuePair.Create("__metadata__", ones(1))]));
        Assert.Contains("'__metadata__' is reserved", reserved.Message, StringComparison.Ordinal);
        var unknown = Assert.Throws<ArgumentException>(() => SafeTensorsWriter.Write(Path, [KeyValuePair.Create("a", ones(1).to(ScalarType.ComplexFloat32))]));
        Assert.Contains("tensor 'a' is ComplexFloat32", unknown.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }
}
