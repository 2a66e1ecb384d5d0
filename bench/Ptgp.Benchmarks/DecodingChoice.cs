using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Which cases of <see cref="DecodingBenchmarks"/> are measured.</summary>
/// <param name="Device">Where.</param>
/// <param name="Shapes">The names of the shapes.</param>
/// <param name="Dtypes">In what the layers compute: float32, bfloat16, int8.</param>
/// <param name="Rows">How many sources are written to at once.</param>
/// <param name="Beams">By how many beams; 1 for greedy.</param>
internal sealed record DecodingChoice(Device Device, IReadOnlyList<string> Shapes, IReadOnlyList<string> Dtypes, IReadOnlyList<int> Rows, IReadOnlyList<int> Beams)
{
    /// <summary>Reads it from the command line.</summary>
    /// <param name="text">Finds an option's value; null where it is not given.</param>
    /// <exception cref="ArgumentException">A value is not known.</exception>
    public static DecodingChoice From(Func<string, string?> text)
    {
        var device = new Device(text("--device") ?? "cpu");
        var isNear = device.type == DeviceType.CPU;
        string[] shapes = [.. DecodingShape.All.Select(shape => shape.Name)], dtypes = isNear ? ["float32", "bfloat16", "int8"] : ["bfloat16"];
        return new(
            device,
            List("--shapes", ["t5-small"], shapes),
            [.. List("--dtypes", isNear ? ["float32", "int8"] : dtypes, dtypes).Where(dtype => dtype != "int8" || Ops.CanQuantize)],
            [.. List("--rows", isNear ? ["1", "8", "32"] : ["1", "64", "256"], null).Select(int.Parse)],
            [.. List("--beams", ["1", "4"], null).Select(int.Parse)]);

        IReadOnlyList<string> List(string name, string[] otherwise, string[]? known)
        {
            string[] chosen = text(name)?.Split(',') ?? otherwise;
            return chosen.FirstOrDefault(one => known is null ? !int.TryParse(one, out var count) || count < 1 : !known.Contains(one)) is { } unknown
                ? throw new ArgumentException($"{name} must be a list of {(known is null ? "numbers from 1 on" : string.Join(", ", known))}, with commas between, but has '{unknown}'.")
                : chosen;
        }
    }

    /// <summary>Gets a type's name here.</summary>
    public static string Name(ScalarType dtype) => dtype == float32 ? "float32" : "bfloat16";

    /// <summary>Gets how many times as fast as the plain loop ours is to be; null where nothing is aimed at.</summary>
    public double? Goal(string dtype, int rows, int beams) => (Device.type == DeviceType.CPU, dtype) switch
    {
        (true, "int8") => 5,
        (true, "float32") => rows == 1 && beams == 1 ? 2 : 2.5,
        (false, _) => rows == 1 ? 3 : 1.5,
        _ => null,
    };
}
