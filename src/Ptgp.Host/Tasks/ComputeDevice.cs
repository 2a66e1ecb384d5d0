using Ptgp.Backbone;
using Ptgp.Backbone.Native;
using Ptgp.Host.Configuration;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>What a backbone computes on and with, as the configuration asks and the machine allows.</summary>
/// <param name="Device">The device.</param>
/// <param name="Dtype">The type of weights and states.</param>
/// <param name="Arithmetic">How layers compute when nothing is learned.</param>
internal sealed record ComputeDevice(Device Device, ScalarType Dtype, LinearArithmetic Arithmetic = LinearArithmetic.Fastest)
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
        var isStrict = configuration.Determinism == Determinism.Strict;
        if (isStrict && (onCuda || configuration.Dtype is not (DtypeChoice.Auto or DtypeChoice.Float32 or DtypeChoice.Int8)))
        {
            throw new ConfigurationException("determinism 'strict' is for float32 and int8 on the CPU. Set device to 'cpu' and dtype to one of these, or determinism to 'fast'.");
        }

        var isQuantized = configuration.Dtype == DtypeChoice.Int8;
        if (isQuantized && (onCuda || !Ops.CanQuantize))
        {
            throw new ConfigurationException(onCuda ? "dtype 'int8' computes on the CPU alone. Set device to 'cpu', or use bfloat16." : "dtype 'int8' needs oneDNN, which this libtorch lacks. Use float32.");
        }

        return new(device, configuration.Dtype switch
        {
            DtypeChoice.Auto => onCuda ? bfloat16 : float32,
            DtypeChoice.Float32 or DtypeChoice.Int8 => float32,
            DtypeChoice.Bfloat16 => bfloat16,
            DtypeChoice.Float16 when onCuda => float16,
            // A core multiplies float16 some hundred times slower than float32.
            DtypeChoice.Float16 => throw new ConfigurationException("dtype 'float16' needs CUDA. On the CPU use float32 or bfloat16."),
            _ => throw new InvalidOperationException($"There is no dtype {configuration.Dtype}."),
        }, (isQuantized ? LinearArithmetic.Quantized : 0) | (isStrict ? LinearArithmetic.Strict : 0));
    }

    /// <summary>Says in one line what is in use, and why CUDA is not.</summary>
    public string Describe(string backbone) =>
        $"{backbone}: {Device}, {(Arithmetic.HasFlag(LinearArithmetic.Quantized) ? "int8" : Dtype.ToString().ToLowerInvariant())}, {get_num_threads()} thread{(get_num_threads() == 1 ? "" : "s")}"
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
