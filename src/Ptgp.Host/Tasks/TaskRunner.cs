using System.Reflection;
using Ptgp.Host.Plugins;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>Makes runners of plugins whose types only reflection knows.</summary>
internal static class TaskRunner
{
    /// <summary>Makes the head of a plugin and a runner over both.</summary>
    /// <exception cref="OptionException">An option does not hold.</exception>
    /// <exception cref="UnfitBackboneException">The plugin does not make a head for this backbone.</exception>
    public static ITaskRunner Create(ITaskPlugin plugin, TaskSetting setting)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var types = Base(plugin.GetType(), typeof(TaskPlugin<,>))!.GetGenericArguments();
        var head = CreateHead(plugin, setting.Task, setting.View);
        if (setting is { Use: TaskUse.Answering, Trained: null } && WhyRandom(setting.Task, head, setting.Backbone.Head) is { } remark)
        {
            setting.Log.Warn(remark);
        }

        if (setting.Trained is not null && TrainedTask.WhyOdd(setting.Trained) is { } odd)
        {
            setting.Log.Warn(odd);
        }

        var parts = Base(head.GetType(), typeof(TaskHead<,,,>))!.GetGenericArguments();
        return (ITaskRunner)Activator.CreateInstance(
            typeof(TaskRunner<,,,>).MakeGenericType(types[0], parts[1], parts[2], types[1]), BindingFlags.DoNotWrapExceptions | BindingFlags.Instance | BindingFlags.Public, null, [plugin, head, setting], null)!;
    }

    /// <summary>Makes the head of a plugin.</summary>
    /// <exception cref="OptionException">An option does not hold.</exception>
    /// <exception cref="UnfitBackboneException">The plugin does not make one for this backbone.</exception>
    public static nn.Module CreateHead(ITaskPlugin plugin, string task, IBackbone backbone)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        try
        {
            return (nn.Module)plugin.GetType().GetMethod(nameof(TaskPlugin<,>.CreateHead), [typeof(IBackbone)])!.Invoke(plugin, BindingFlags.DoNotWrapExceptions, null, [backbone], null)!;
        }
        catch (InvalidOperationException e)
        {
            throw new UnfitBackboneException($"Task '{task}' cannot run on backbone '{backbone.Description.Name}': {e.Message}", e.Message, e);
        }
    }

    /// <summary>Gets what the names of the files end with that a plugin's answers are by themselves; null where they are lines.</summary>
    public static string? FileExtension(ITaskPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var file = plugin.GetType().GetProperty(nameof(TaskPlugin<,>.AnswerFile))!.GetValue(plugin);
        return (string?)file?.GetType().GetProperty(nameof(AnswerFile<,>.Extension))!.GetValue(file);
    }

    /// <summary>Asks a plugin what its options leave open on a backbone.</summary>
    public static IReadOnlyList<OpenOption> FindOpenOptions(ITaskPlugin plugin, IBackbone backbone)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        return (IReadOnlyList<OpenOption>)plugin.GetType().GetMethod(nameof(TaskPlugin<,>.FindOpenOptions), [typeof(IBackbone)])!.Invoke(plugin, BindingFlags.DoNotWrapExceptions, null, [backbone], null)!;
    }

    /// <summary>Says why a fresh head's answers mean nothing; null when it has no parameters of its own, or starts from those that the checkpoint was saved with.</summary>
    public static string? WhyRandom(string task, nn.Module head, CheckpointHead? saved) => !head.parameters().Any() || StartsFrom(head, saved) ? null
        : $"Task '{task}' answers by a head that was never trained: its parameters are random. Train it with 'ptgp train {task}', and name what was learned in tasks:{task}:adapter.";

    private static bool StartsFrom(nn.Module head, CheckpointHead? saved)
    {
        using var scope = NewDisposeScope();
        return saved is not null && head.parameters().Any(parameter => saved.Weights.Values.Any(weight =>
            weight.shape.SequenceEqual(parameter.shape) && weight.to(parameter.device).eq(parameter).all().item<bool>()));
    }

    /// <summary>Finds the type of that generic definition among a type and what it derives from; null for none.</summary>
    internal static Type? Base(Type? type, Type definition)
    {
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == definition))
        {
            type = type.BaseType;
        }

        return type;
    }
}
