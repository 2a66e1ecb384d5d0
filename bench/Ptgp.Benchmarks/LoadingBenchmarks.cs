using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>
/// Loading t5-small, 242 MB of float32, for inference on the CPU until each page of its weights was touched, against reading the file into memory
/// that is there already; with the file in the system's cache and, on Linux, without.
/// </summary>
internal static partial class LoadingBenchmarks
{
    private const int Page = 4096, DontNeed = 4;

    public static IEnumerable<Measurement> Measure(int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("ptgp-bench-").FullName;
        try
        {
            var path = Path.Combine(folder, WeightFiles.SingleFile);
            Write(folder);
            var size = new FileInfo(path).Length;
            var buffer = GC.AllocateUninitializedArray<byte>((int)size, pinned: true);
            Array.Fill(buffer, (byte)1);

            var warm = Timing.Interleave(rounds, () => Read(path, buffer), () => Load(folder));
            yield return new("t5-small, warm: reading the file (A)", size / warm[0] / 1e9, "GB/s");
            yield return new("t5-small, warm: loading (B)", size / warm[1] / 1e9, "GB/s");
            yield return new("t5-small, warm: time of B over A", warm[1] / warm[0], "x", 1.2, "lower");

            if (OperatingSystem.IsLinux())
            {
                var drop = Timing.Interleave(rounds, () => Drop(path))[0];
                var cold = Timing.Interleave(rounds, () => { Drop(path); Read(path, buffer); }, () => { Drop(path); Load(folder); });
                yield return new("t5-small, cold: reading the file (A)", size / (cold[0] - drop) / 1e9, "GB/s");
                yield return new("t5-small, cold: loading (B)", size / (cold[1] - drop) / 1e9, "GB/s");
                yield return new("t5-small, cold: time of B over A", (cold[1] - drop) / (cold[0] - drop), "x", 1.2, "lower");
                yield return new("t5-small: memory beside the file's own pages", Own(folder) / size, "of file", 0.05, "lower");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder)
    {
        using var transformer = DecodingBenchmarks.T5Small(CPU, float32);
        var names = Family.All.First(family => family.Name == "t5").NamesOf(transformer.Config);
        SafeTensorsWriter.Write(Path.Combine(folder, WeightFiles.SingleFile), transformer.NamedParameters.Select(parameter => KeyValuePair.Create(names[parameter.Key], (Tensor)parameter.Value)));
        File.WriteAllText(Path.Combine(folder, "config.json"), """
            {"model_type": "t5", "vocab_size": 32128, "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_decoder_layers": 6, "num_heads": 8,
             "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128, "feed_forward_proj": "relu", "tie_word_embeddings": true,
             "layer_norm_epsilon": 1e-6, "dropout_rate": 0.1, "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
            """);
    }

    private static void Read(string path, byte[] buffer)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        for (var at = 0; at < buffer.Length;)
        {
            at += RandomAccess.Read(file, buffer.AsSpan(at, Math.Min(buffer.Length - at, 1 << 20)), at);
        }
    }

    private static void Load(string folder) => Loaded(folder).Dispose();

    private static Transformer Loaded(string folder)
    {
        var transformer = CheckpointFolder.Open(folder).LoadTransformer(CPU, ScalarType.Float32);
        var sum = 0;
        foreach (var parameter in transformer.NamedParameters.Values)
        {
            var bytes = parameter.bytes;
            for (var at = 0; at < bytes.Length; at += Page)
            {
                sum += bytes[at];
            }
        }

        GC.KeepAlive(sum);
        return transformer;
    }

    // What a process has of its own grows by a copy; pages of a mapped file are the system's.
    private static double Own(string folder)
    {
        GC.Collect();
        var before = Anonymous();
        using var transformer = Loaded(folder);
        return Math.Max(0, Anonymous() - before);
    }

    private static double Anonymous() => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    // Takes the file out of the system's cache; needs no rights beyond reading it.
    private static void Drop(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        _ = posix_fadvise(file, 0, 0, DontNeed);
    }

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle file, nint offset, nint length, int advice);
}
