using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Plugins;

/// <summary>Makes instances of a plugin class, each from a container of its own: nothing of a plugin enters a container that outlives it.</summary>
internal sealed class PluginConstructor(string plugin, Type type)
{
    /// <summary>Makes an instance. Runs the plugin's code.</summary>
    /// <exception cref="PluginException">The constructor asks for what is not given, or its options do not hold.</exception>
    public (ServiceProvider Container, ITaskPlugin Plugin) Construct(PluginRequest request)
    {
        var parameters = Choose().GetParameters();
        var optionsTypes = parameters.Select(parameter => parameter.ParameterType).Where(IsOptions).Distinct().ToList();
        if (optionsTypes.Count > 1)
        {
            throw Fault(PluginFaultCode.Constructor, $"may ask for one options record, but asks for {string.Join(" and ", optionsTypes.Select(Readable))}.", "Make one record of them.");
        }

        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(new PluginLogging(request.Log))
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton<IHostServices>(new HostServices(request.TaskName, request.Stopping))
            .AddSingleton(type);
        var options = MakeOptions(optionsTypes.FirstOrDefault() ?? typeof(object), request);
        if (optionsTypes.Count > 0)
        {
            services.AddSingleton(optionsTypes[0], options);
        }

        var container = services.BuildServiceProvider();
        try
        {
            return (container, (ITaskPlugin)container.GetRequiredService(type));
        }
        catch (OptionException fault)
        {
            container.Dispose();
            throw OptionsFault([new($"tasks:{request.TaskName}:options:{fault.Option}", fault.Reason)]);
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    // The container will take the constructor with the most parameters that it can give; here we say so when there is none.
    private ConstructorInfo Choose()
    {
        var constructors = type.GetConstructors();
        return constructors.Where(constructor => constructor.GetParameters().All(IsGiven)).MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw (constructors.Length == 0
                ? Fault(PluginFaultCode.Constructor, $"must have a public constructor, but {type.Name} has none.", "Make one public; it may have no parameters.")
                : Fault(PluginFaultCode.Constructor,
                    $"asks its constructor for {Readable(constructors.SelectMany(constructor => constructor.GetParameters()).First(parameter => !IsGiven(parameter)).ParameterType)}, which plugins are not given.",
                    $"Ask for an options record of the plugin's own (a class with a parameterless constructor), ILogger<{type.Name}> or IHostServices, or for nothing."));
    }

    private static bool IsGiven(ParameterInfo parameter) =>
        parameter.HasDefaultValue || parameter.ParameterType is var asked
        && (asked == typeof(IHostServices) || asked == typeof(ILoggerFactory)
            || (asked.IsConstructedGenericType && asked.GetGenericTypeDefinition() == typeof(ILogger<>)) || IsOptions(asked));

    private static bool IsOptions(Type asked) =>
        asked is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && asked.GetConstructor(Type.EmptyTypes) is not null
        && asked.Assembly.GetName().Name is { } name && !SharedAssemblies.IsFramework(name) && !SharedAssemblies.ByName.ContainsKey(name);

    private object MakeOptions(Type optionsType, PluginRequest request)
    {
        var (options, faults) = request.Options(optionsType);
        return faults.Count == 0 && options is not null ? options : throw OptionsFault(faults);
    }

    private PluginException OptionsFault(IReadOnlyList<ConfigurationFault> faults)
    {
        var reason = $"must be given options that hold, but is not:{string.Concat(faults.Select(fault => $"\n  {fault}"))}";
        return new(new(plugin, type.Assembly.Location, PluginFaultCode.Options, reason, "") { Options = faults });
    }

    private PluginException Fault(PluginFaultCode code, string reason, string hint) => new(new(plugin, type.Assembly.Location, code, reason, hint));

    private static string Readable(Type asked) => asked.IsGenericType
        ? $"{asked.Name[..asked.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", asked.GetGenericArguments().Select(Readable))}>"
        : asked.Name;

    private sealed record HostServices(string TaskName, CancellationToken Stopping) : IHostServices;
}
