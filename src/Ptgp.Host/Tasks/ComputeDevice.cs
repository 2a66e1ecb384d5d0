using Ptgp.Host.Configuration;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>What a backbone computes on and with, as the configuration asks and the machine allows.</summary>
/// <param name="Device">The device.</param>
/// <param name="Dtype">The type of weights and states.</param>
internal sealed record ComputeDevice(Device Device, ScalarType Dtype)
{
    /// <summary>Chooses a device.</summary>
    /// <exception cref="ConfigurationException">What is asked for by name is not there.</exception>
    public static ComputeDevice Choose(BackboneConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Threads is { } threads)
        {
            set_num_threads(threads);
        }

        var wantsCuda = configuration.Device.StartsWith("cuda", StringComparison.OrdinalIgnoreCase);
        if (wantsCuda && WhyNoCuda is { } reason)
        {
            throw new ConfigurationException($"The configuration asks for device '{configuration.Device}', but {reason}, or set it to 'auto' or 'cpu'.");
        }

        var onCuda = wantsCuda || (configuration.Device.Equals("auto", StringComparison.OrdinalIgnoreCase) && WhyNoCuda is null);
        var device = !onCuda ? CPU : new Device(wantsCuda ? configuration.Device.ToLowerInvariant() : "cuda");
        return new(device, configuration.Dtype switch
        {
            DtypeChoice.Auto => onCuda ? bfloat16 : float32,
            DtypeChoice.Float32 => float32,
            DtypeChoice.Bfloat16 => bfloat16,
            DtypeChoice.Float16 when onCuda => float16,
            // A core multiplies float16 some hundred times slower than float32.
            DtypeChoice.Float16 => throw new ConfigurationException("dtype 'float16' needs CUDA. On the CPU use float32 or bfloat16."),
            _ => throw new InvalidOperationException($"There is no dtype {configuration.Dtype}."),
        });
    }

    /// <summary>Says in one line what is in use, and why CUDA is not.</summary>
    public string Describe(string backbone) =>
        $"{backbone}: {Device}, {Dtype.ToString().ToLowerInvariant()}, {get_num_threads()} thread{(get_num_threads() == 1 ? "" : "s")}"
        + (Device.type == TorchSharp.DeviceType.CPU && WhyNoCuda is { } reason ? $" (no CUDA: {reason})" : "");

    private static string? WhyNoCuda { get; } = FindOut();

    private static string? FindOut()
    {
        if (cuda.is_available())
        {
            return null;
        }

        var isCpuBuild = !Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cuda*", SearchOption.AllDirectories).Any();
        return isCpuBuild ? "this is a CPU build; build with -p:PtgpDevice=cuda" : "libtorch finds no CUDA device; check the driver with nvidia-smi";
    }
}
