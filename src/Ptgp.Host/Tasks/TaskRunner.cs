using System.Reflection;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>Makes runners of plugins whose types only reflection knows.</summary>
internal static class TaskRunner
{
    /// <summary>Makes the head of a plugin and a runner over both.</summary>
    /// <exception cref="UserException">The plugin does not make a head for this backbone.</exception>
    public static ITaskRunner Create(ITaskPlugin plugin, TaskSetting setting)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var types = Base(plugin.GetType(), typeof(TaskPlugin<,>))!.GetGenericArguments();
        object head;
        try
        {
            head = plugin.GetType().GetMethod(nameof(TaskPlugin<,>.CreateHead), [typeof(IBackbone)])!.Invoke(plugin, BindingFlags.DoNotWrapExceptions, null, [setting.View], null)!;
        }
        catch (InvalidOperationException e)
        {
            throw new UserException($"Task '{setting.Task}' cannot run on backbone '{setting.View.Description.Name}': {e.Message}", e);
        }

        if (setting is { Use: TaskUse.Answering, Trained: null } && ((nn.Module)head).parameters().Any())
        {
            setting.Log.Warn($"Task '{setting.Task}' answers by a head that was never trained: its parameters are random. Train it with 'ptgp train {setting.Task}', and name what was learned in tasks:{setting.Task}:adapter.");
        }

        var parts = Base(head.GetType(), typeof(TaskHead<,,,>))!.GetGenericArguments();
        return (ITaskRunner)Activator.CreateInstance(typeof(TaskRunner<,,,>).MakeGenericType(types[0], parts[1], parts[2], types[1]), plugin, head, setting)!;
    }

    private static Type? Base(Type? type, Type definition)
    {
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == definition))
        {
            type = type.BaseType;
        }

        return type;
    }
}
