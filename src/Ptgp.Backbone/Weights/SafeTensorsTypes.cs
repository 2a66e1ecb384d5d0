using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>The element types a safetensors file can hold and TorchSharp knows.</summary>
internal static class SafeTensorsTypes
{
    // In the order in which the reference lays tensors out in a file, widest first, so that every tensor is aligned.
    private static readonly (string Name, ScalarType Type, int Size)[] types =
    [
        ("I64", ScalarType.Int64, 8),
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("I32", ScalarType.Int32, 4),
        ("BF16", ScalarType.BFloat16, 2),
        ("F16", ScalarType.Float16, 2),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The names, for messages.</summary>
    public static string Names => string.Join(", ", types.Select(type => type.Name));

    public static ScalarType? Find(string name)
    {
        foreach (var type in types)
        {
            if (type.Name == name)
            {
                return type.Type;
            }
        }

        return null;
    }

    /// <summary>The file's name of a type; the type's own name where the format has none.</summary>
    public static string Name(ScalarType type) => Order(type) is >= 0 and var index ? types[index].Name : type.ToString();

    /// <summary>The size of an element in bytes.</summary>
    public static int Size(ScalarType type) => types[Order(type)].Size;

    /// <summary>Where tensors of this type stand in a file; -1 for a type that the format or Ptgp does not know.</summary>
    public static int Order(ScalarType type) => Array.FindIndex(types, known => known.Type == type);
}
