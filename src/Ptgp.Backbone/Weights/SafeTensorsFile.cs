using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>
/// A safetensors file, opened by mapping it into memory: opening costs the same for any size, and processes share the pages.
/// Tensors stay valid after this is disposed; the mapping goes with the last of them.
/// </summary>
public sealed class SafeTensorsFile : IWeightsFile, IDisposable
{
    // The reference's limit; the largest real headers are a few MB.
    private const long LargestHeader = 100_000_000;

    private readonly MappedFile file;
    private readonly SafeTensorsHeader header;

    private SafeTensorsFile(string path, MappedFile file, SafeTensorsHeader header) => (Path, this.file, this.header) = (path, file, header);

    /// <summary>Gets the file's path, as it was given.</summary>
    public string Path { get; }

    /// <summary>Gets the tensors by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => header.Entries;

    /// <summary>Gets what the file says of itself, such as <c>format: pt</c>; empty when it says nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens a file and checks all of its header; reads no tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="copyOnWrite">
    /// Whether tensors may be changed in place, which never changes the file. Without it (the default) a change in place ends the process.
    /// </param>
    /// <exception cref="CheckpointException">The file is missing, unreadable, cut short or damaged.</exception>
    public static SafeTensorsFile Open(string path, bool copyOnWrite = false)
    {
        var file = MappedFile.Open(path, copyOnWrite, sizeof(long), "a safetensors file");
        try
        {
            return new(path, file, ReadHeader(path, file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A tensor over the file's memory, on the CPU, in the file's type, without gradient. The caller (or his dispose scope) disposes it.
    /// Call it outside inference mode when the tensor shall ever take part in training.
    /// </summary>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    public Tensor Read(string name) => file.Tensor(Entry(name));

    void IWeightsFile.Prefetch(string name) => file.Prefetch(Entry(name));

    void IWeightsFile.Forget(string name) => file.Forget(Entry(name));

    /// <summary>Forbids further reads; tensors already read stay valid.</summary>
    public void Dispose() => file.Dispose();

    /// <summary>Reads what a file says of its tensors.</summary>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    internal static SafeTensorsHeader ReadHeader(string path, IFileBytes file)
    {
        if (file.Length < sizeof(ulong))
        {
            throw new CheckpointException($"Weights file '{path}' is cut short: it has {file.Length} bytes. Copy or download it again.");
        }

        if (MappedFile.Foreign(file.Bytes(0, (int)Math.Min(file.Length, 64))) is { } foreign)
        {
            throw new CheckpointException($"Weights file '{path}' {foreign}.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, sizeof(ulong)));
        var room = file.Length - sizeof(ulong);
        if (length > LargestHeader)
        {
            throw new CheckpointException($"Weights file '{path}' is not a safetensors file: its header would be {length} bytes long; at most {LargestHeader} are allowed.");
        }

        if ((long)length > room)
        {
            throw new CheckpointException($"Weights file '{path}' is cut short: its header is {length} bytes long, but only {room} follow. Copy or download it again.");
        }

        var start = sizeof(ulong) + (long)length;
        return SafeTensorsHeader.Parse(path, file.Bytes(sizeof(ulong), (int)length), start, file.Length - start);
    }

    private TensorEntry Entry(string name) => Entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointException($"Weights file '{Path}' has no tensor '{name}'.");
}
