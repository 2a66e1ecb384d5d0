using System.Globalization;
using System.Text;
using Ptgp.Backbone.Weights;
using Ptgp.Backbone.Weights.Pickles;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>
/// Spoiled files are read or refused, by the one documented exception, with memory bounded by the file's length. <c>PTGP_FUZZ</c> sets the number of
/// inputs a reader, 100 000 unless told otherwise.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20260;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void SpoiledSafetensorsAreReadOrRefused() => Fuzz(
        [
            .. Hostile("*.safetensors"),
            .. Often(Hostile("every-dtype.safetensors", "metadata-strings.safetensors", "order-mixed.safetensors", "scalar-and-empty.safetensors", "unaligned.safetensors")),
        ],
        whole => whole,
        bytes => SafeTensorsFile.ReadHeader("some.safetensors", bytes).Entries,
        path => SafeTensorsFile.Open(path));

    // Half of them are spoiled as a whole, half in the pickle alone: a spoiled archive seldom lets a reader see it.
    [Fact]
    public void SpoiledPicklesAreReadOrRefused()
    {
        string[] archives = ["good", "ordered-dict", "not-only-tensors", "dtypes", "views", "cuda-location"];
        var records = archives.ToDictionary(name => name, name => TorchBytes.Unpack(Repository.Fixture("models", "formats", "hostile", name + ".bin")));
        var marks = archives.ToDictionary(name => name, name => Encoding.ASCII.GetBytes($"{name}:"));
        Fuzz(
            [.. Hostile("*.bin"), .. Often(Hostile("good.bin", "legacy-good.bin", "views-legacy.bin")), .. Often(archives.Select(name => (byte[])[.. marks[name], .. records[name].First(IsPickle).Content]))],
            input => archives.FirstOrDefault(name => input.AsSpan().StartsWith(marks[name])) is { } archive
                ? TorchBytes.Zip([.. records[archive].Select(record => IsPickle(record) ? (record.Name, input[marks[archive].Length..]) : record)])
                : input,
            bytes => PickleFile.ReadEntries("some.bin", bytes),
            path => PickleFile.Open(path));

        static bool IsPickle((string Name, byte[] Content) record) => record.Name.EndsWith("/data.pkl", StringComparison.Ordinal);
    }

    private void Fuzz(byte[][] sound, Func<byte[], byte[]> wrap, Func<FileBytes, IReadOnlyDictionary<string, TensorEntry>> read, Func<string, IWeightsFile> open)
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("PTGP_FUZZ") ?? "100000", CultureInfo.InvariantCulture);
        var mutator = new Mutator(Seed, sound);
        var (readable, refused) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var file = wrap(mutator.Next());
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var entries = read(new(file));
                // Tensors of one in some hundred: a file on the disk costs more than all else.
                if (readable++ % 256 == 0)
                {
                    ReadAll(file, entries, open);
                }
            }
            catch (CheckpointException)
            {
                refused++;
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"Input {i} of seed {Seed} must be read or refused, but: {fault.Message}\n{Convert.ToBase64String(file)}", fault);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (1 << 20) + (200L * file.Length));
        }

        output.WriteLine($"{count} inputs: {readable} read, {refused} refused");
        Assert.True(readable > count / 50 && refused > count / 2, $"{readable} were read and {refused} refused: the inputs show little.");
    }

    private void ReadAll(byte[] bytes, IReadOnlyDictionary<string, TensorEntry> entries, Func<string, IWeightsFile> open)
    {
        var path = folder.Write("input", bytes);
        using var file = open(path);
        Assert.Equal(entries.Keys, file.Entries.Keys);
        foreach (var (name, entry) in entries)
        {
            using var tensor = file.Read(name);
            Assert.Equal(entry.Shape, tensor.shape);
            using var sum = tensor.sum();
        }
    }

    private static IEnumerable<byte[]> Hostile(params string[] patterns) => patterns.SelectMany(pattern => Directory.EnumerateFiles(Repository.Fixture("models", "formats", "hostile"), pattern)
        .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(file => file.Length is > 0 and < 1200));

    private static IEnumerable<byte[]> Often(IEnumerable<byte[]> files) => files.SelectMany(file => Enumerable.Repeat(file, 16));
}
