using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>
/// What <c>torch.save</c> wrote before 1.6: pickles of a magic number, a version, the machine, the value, and the storages' keys; then each storage
/// as the number of its elements and their bytes.
/// </summary>
internal static class LegacyContainer
{
    private const long Version = 1001;

    private static readonly BigInteger magic = BigInteger.Parse("01950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <inheritdoc cref="ZipContainer.Open" />
    public static (object? Value, Func<PickledStorage, long> Find) Open(IFileBytes file)
    {
        var (at, storages) = (0L, new PickledStorages());
        if (Next() is not BigInteger number || number != magic)
        {
            throw new PickleFault("is no file of torch.save: it does not begin with its magic number");
        }

        if (Next() is not Version)
        {
            throw new PickleFault($"must be of version {Version}, but is not");
        }

        if (Next() is not PickleDictionary machine || !machine.Pairs.Contains(("little_endian", true)))
        {
            throw new PickleFault("must be little-endian, but does not say so. Save the checkpoint again on another machine, or as safetensors");
        }

        var (value, known) = (Next(), storages);
        var keys = Next() as PickleList ?? throw new PickleFault("must list its storages, but does not");
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var key in keys.Items)
        {
            // A storage's size follows from its class, so one that was not spoken of cannot be passed over.
            if (key is not string name || known.Find(name) is not { } storage || !places.TryAdd(name, at + sizeof(long)))
            {
                throw new PickleFault("must list each storage that it refers to once, and no other, but does not");
            }

            at = Skip(file, storage, at);
        }

        return at == file.Length
            ? (value, storage => places.TryGetValue(storage.Key, out var place) ? place : throw new PickleFault($"refers to storage {PickleFault.Quote(storage.Key)}, which it does not hold"))
            : throw new PickleFault($"holds {file.Length - at} bytes behind its last storage");

        object? Next()
        {
            var reader = PickleFile.Read(file, at, file.Length - at, out var value);
            (at, storages) = (at + reader.Position, reader.Storages);
            return value;
        }
    }

    private static long Skip(IFileBytes file, PickledStorage storage, long at)
    {
        var length = storage.Count * SafeTensorsTypes.Size(storage.Type);
        if (at > file.Length - sizeof(long) || length > file.Length - at - sizeof(long))
        {
            throw new PickleFault($"is cut short: storage {PickleFault.Quote(storage.Key)} takes {length} bytes from byte {at} on, but the file ends at byte {file.Length}. Copy or download it again");
        }

        var count = BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(at, sizeof(long)));
        return count == storage.Count
            ? at + sizeof(long) + length
            : throw new PickleFault($"must give storage {PickleFault.Quote(storage.Key)} {storage.Count} elements, but gives it {count}");
    }
}
