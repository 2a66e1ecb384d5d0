using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>What <c>torch.save</c> writes since 1.6: an archive of <c>NAME/data.pkl</c> and one <c>NAME/data/KEY</c> a storage.</summary>
internal static class ZipContainer
{
    /// <summary>Reads the pickle and finds the storages it refers to.</summary>
    /// <returns>The pickle's value, and where a storage's bytes lie.</returns>
    /// <exception cref="PickleFault">The archive is broken, holds something else than weights, or lacks a part.</exception>
    public static (object? Value, Func<PickledStorage, long> Find) Open(IFileBytes file)
    {
        var directory = new ZipDirectory(file);
        string[] pickles = [.. directory.Names.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.IndexOf('/', StringComparison.Ordinal) == name.Length - "/data.pkl".Length)];
        if (pickles.Length != 1)
        {
            throw new PickleFault($"must be an archive with one 'data.pkl', but has {pickles.Length}");
        }

        var root = pickles[0][..^"data.pkl".Length];
        if (directory.Names.Any(name => name == root + "constants.pkl" || name.StartsWith(root + "code/", StringComparison.Ordinal)))
        {
            throw new PickleFault("is a TorchScript archive: a program, not weights. Save the weights of the model (state_dict) instead");
        }

        CheckByteOrder(file, directory.Find(root + "byteorder"));
        var place = directory.Find(pickles[0])!.Value;
        if (place.Length > PickleFile.LargestPickle)
        {
            throw new PickleFault($"has a pickle of {place.Length} bytes; one that describes weights has at most {PickleFile.LargestPickle}");
        }

        PickleFile.Read(file, place.Offset, place.Length, out var value);
        return (value, Find);

        long Find(PickledStorage storage)
        {
            var (offset, length) = directory.Find($"{root}data/{storage.Key}") ?? throw new PickleFault($"refers to storage {PickleFault.Quote(storage.Key)}, which it does not hold");
            var wanted = storage.Count * SafeTensorsTypes.Size(storage.Type);
            return length == wanted
                ? offset
                : throw new PickleFault(string.Create(CultureInfo.InvariantCulture, $"must give storage {PickleFault.Quote(storage.Key)} {wanted} bytes, but gives it {length}"));
        }
    }

    // Archives of before 2.1 do not say it; they are little-endian.
    private static void CheckByteOrder(IFileBytes file, (long Offset, long Length)? record)
    {
        if (record is not { } place)
        {
            return;
        }

        var order = Encoding.UTF8.GetString(file.Bytes(place.Offset, (int)Math.Min(place.Length, 16)));
        if (order != "little")
        {
            throw new PickleFault($"must have the byte order 'little', but says {PickleFault.Quote(order)}. Save the checkpoint again on another machine, or as safetensors");
        }
    }
}
