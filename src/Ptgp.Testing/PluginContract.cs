using Ptgp.Testing.Checks;

namespace Ptgp.Testing;

/// <summary>Checks that a plugin keeps the contract. Call it in a test of the plugin's.</summary>
/// <example><code>
/// [Fact]
/// public void ThePluginKeepsTheContract() => PluginContract.Verify(new SentimentPlugin(), "reviews.tsv");
/// </code></example>
public static class PluginContract
{
    /// <summary>Checks a plugin on a dataset of its own.</summary>
    /// <param name="plugin">The plugin, made as the test likes.</param>
    /// <param name="dataset">A file or folder that one of its datasets reads. Its first examples are used.</param>
    /// <param name="backbone">What to try it on; null for a <see cref="TinyBackbone"/>.</param>
    /// <exception cref="PluginContractException">Something is wrong; the message lists everything.</exception>
    public static void Verify<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, string dataset, TinyBackbone? backbone = null)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var faults = new Faults();
        var examples = DatasetChecks.Read(plugin, dataset, faults);
        Throw(plugin, examples.Count == 0 ? faults : Check(plugin, examples, backbone, faults));
    }

    /// <summary>Checks a plugin on examples.</summary>
    /// <param name="plugin">The plugin, made as the test likes.</param>
    /// <param name="examples">Two or more examples, best of different lengths.</param>
    /// <param name="backbone">What to try it on; null for a <see cref="TinyBackbone"/>.</param>
    /// <exception cref="PluginContractException">Something is wrong; the message lists everything.</exception>
    public static void Verify<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<Example<TInput, TOutput>> examples, TinyBackbone? backbone = null)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count < 2)
        {
            throw new ArgumentException($"A plugin must be checked on two examples or more, but {examples.Count} are given.", nameof(examples));
        }

        Throw(plugin, Check(plugin, examples, backbone, new()));
    }

    // On a thread of its own: what a plugin leaves behind in libtorch is the thread's.
    private static Faults Check<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<Example<TInput, TOutput>> examples, TinyBackbone? backbone, Faults faults)
    {
        PluginChecks.Check(plugin, examples, faults);
        var thread = new Thread(() => faults.Try("The plugin", () => CheckHead(plugin, examples, backbone, faults)));
        thread.Start();
        thread.Join();
        return faults;
    }

    private static void CheckHead<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<Example<TInput, TOutput>> examples, TinyBackbone? backbone, Faults faults)
    {
        using var own = backbone is null ? new TinyBackbone() : null;
        var used = backbone ?? own!;
        var lacking = plugin.Needs & ~used.Description.Features;
        if (faults.Check(lacking == BackboneFeatures.None, $"Needs must be what the backbone of the test can do, but also holds {lacking}. Give Verify a backbone that can, or check this plugin on a checkpoint."))
        {
            faults.Try("CreateHead", () => HeadChecks.Check(plugin.CreateHead(used), used, examples, plugin.Generation, faults));
        }
    }

    private static void Throw(ITaskPlugin plugin, Faults faults)
    {
        if (faults.Found.Count > 0)
        {
            throw new PluginContractException(plugin.GetType().Name, faults.Found);
        }
    }
}
