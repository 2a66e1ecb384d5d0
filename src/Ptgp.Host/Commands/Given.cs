using Microsoft.Extensions.Configuration;
using Ptgp.Host.Configuration;
using Ptgp.Host.Hub;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>Makes sense of what command lines name.</summary>
internal static class Given
{
    /// <summary>Finds a configured task, in the configuration's own spelling.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static string Task(HostConfiguration configuration, string name) =>
        configuration.Tasks.Keys.FirstOrDefault(task => task.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"TASK must be one of 'tasks' in '{configuration.File}', but is '{name}'. {Nearest.Hint(name, configuration.Tasks.Keys, "None are configured.")}");

    /// <summary>Reads settings of the form <c>key=value</c> as a record.</summary>
    /// <exception cref="ConfigurationException">They do not fit it.</exception>
    public static T Bind<T>(IEnumerable<string> settings, string option, T? defaults = null) where T : class
    {
        return Bind(new ConfigurationBuilder().Add(OverridingProvider.FromCommandLine(settings, option)).Build(), option, defaults);
    }

    /// <summary>Reads what <c>--generation</c> was given.</summary>
    /// <exception cref="ConfigurationException">It does not fit; the message names all that does not.</exception>
    public static GenerationOptions Generation(CommandContext context, IEnumerable<string>? settings, HostConfiguration configuration, string task)
    {
        const string option = "--generation";
        var root = new ConfigurationBuilder().Add(OverridingProvider.FromCommandLine(settings ?? [], option)).Build();
        var (bound, faults) = OptionsBinder.Bind(typeof(GenerationOptions), root, root);
        List<ConfigurationFault> found = [.. faults.Select(fault => fault with { Origin = null })];
        found.AddRange(root.GetChildren().Where(child => child.Value == OverridingProvider.Unset && found.TrueForAll(fault => fault.Path != child.Key))
            .Select(child => new ConfigurationFault(child.Key, $"must have a value, but is null. What the configuration says is unset by --set tasks:{task}:generation:{child.Key}=null.")));
        var options = (GenerationOptions)bound!;
        options = options with { JsonSchema = SchemaText.Read(options.JsonSchema, context.WorkingFolder, fault => found.Add(new("jsonSchema", fault))) };
        return found.Count == 0 ? options : throw new ConfigurationException(option, [.. found, .. FurtherFaults.Of(configuration, task, options, found)]);
    }

    /// <summary>Changes a recipe by what <c>--recipe</c> was given: files of JSON one after another, and settings of the form <c>key=value</c>, which stand over them.</summary>
    /// <exception cref="ConfigurationException">They do not fit a recipe, or a file cannot be read; the message names the file, and the place in it or the key.</exception>
    public static FineTuningRecipe Recipe(CommandContext context, IReadOnlyList<string> changes, FineTuningRecipe recipe)
    {
        foreach (var file in changes.Where(change => !change.Contains('=', StringComparison.Ordinal)))
        {
            var path = context.Resolve(file);
            recipe = File.Exists(path)
                ? Bind(ConfigurationFile.Read(path), path, recipe)
                : throw new ConfigurationException($"--recipe must be given key=value or a file of JSON, but is given '{file}', and there is {(Directory.Exists(path) ? "a folder" : "nothing")} at '{path}'.");
        }

        return Bind(changes.Where(change => change.Contains('=', StringComparison.Ordinal)), "--recipe", recipe);
    }

    private static T Bind<T>(IConfigurationRoot root, string source, T? defaults) where T : class
    {
        var (options, faults) = OptionsBinder.Bind(typeof(T), root, root, defaults);
        return faults.Count == 0 ? (T)options! : throw new ConfigurationException(source, [.. faults.Select(fault => fault with { Origin = null })]);
    }

    /// <summary>Makes paths of data absolute. A path with braces may be a pattern for several files, which the dataset adapter knows.</summary>
    /// <exception cref="UsageException">One of them leads nowhere.</exception>
    public static IReadOnlyList<string> Data(CommandContext context, IEnumerable<string> paths, string option) =>
        [.. paths.Select(context.Resolve).Select(path => Path.Exists(path) || path.Contains('{', StringComparison.Ordinal) ? path : throw new UsageException($"{option} must name a file or folder, but there is nothing at '{path}'."))];

    /// <summary>Finds the folder of a checkpoint: a path, or <c>hub:NAME[@REVISION]</c> for one that was pulled.</summary>
    /// <exception cref="UsageException">The name is none.</exception>
    /// <exception cref="UserException">It was not pulled.</exception>
    public static string Model(CommandContext context, string given, string argument) =>
        !given.StartsWith(HubReference.Prefix, StringComparison.Ordinal) ? context.Resolve(given)
        : !HubReference.TryParse(given[HubReference.Prefix.Length..], out var reference) ? throw new UsageException($"{argument} after '{HubReference.Prefix}' {HubReference.Rule}, but is '{given}'.")
        : ModelCache.Of(context.Variables, context.WorkingFolder).Find(reference)?.Path
            ?? throw new UserException($"{argument} must be a folder or a model that was pulled, but '{reference}' was not. Run 'ptgp models pull {reference}'.");

    /// <summary>Makes the path of a file to be read absolute.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    public static string ExistingFile(CommandContext context, string path, string option) => context.Resolve(path) is var file && File.Exists(file)
        ? file
        : throw new UsageException($"{option} must name a file, but there is {(Directory.Exists(file) ? "a folder" : "nothing")} at '{file}'.");

    /// <summary>Makes paths of the data of tasks absolute. With several tasks each says whose it is: <c>TASK=PATH</c>.</summary>
    /// <returns>The paths by task; none for a task that nothing was given for.</returns>
    /// <exception cref="UsageException">One of them is no task's, or leads nowhere.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> DataOf(CommandContext context, IReadOnlyList<string> tasks, IEnumerable<string> paths, string option)
    {
        if (tasks.Count == 1)
        {
            return new Dictionary<string, IReadOnlyList<string>> { [tasks[0]] = Data(context, paths, option) };
        }

        var parts = paths.Select(path => path.Split('=', 2)).ToArray();
        foreach (var part in parts)
        {
            if (part.Length < 2 || !tasks.Contains(part[0], StringComparer.OrdinalIgnoreCase))
            {
                throw new UsageException($"{option} must be given TASK=PATH where several tasks are trained, TASK one of '{string.Join("', '", tasks)}', but is given '{string.Join('=', part)}'.");
            }
        }

        return tasks.ToDictionary(task => task, task => Data(context, parts.Where(part => part[0].Equals(task, StringComparison.OrdinalIgnoreCase)).Select(part => part[1]), option));
    }

    /// <summary>Makes the path of a folder to be written absolute.</summary>
    /// <exception cref="UsageException">Nothing can be written there.</exception>
    public static string Folder(CommandContext context, string path, string option)
    {
        var folder = context.Resolve(path);
        var present = folder;
        while (!Directory.Exists(present))
        {
            if (File.Exists(present))
            {
                throw new UsageException($"{option} must name a folder, but there is a file at '{present}'.");
            }

            present = Path.GetDirectoryName(present)!;
        }

        try
        {
            using var probe = new FileStream(Path.Combine(present, $".ptgp-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return folder;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} must name a folder that can be written, but '{folder}' cannot: {refused.Message}", refused);
        }
    }

    /// <summary>Sees to it that nothing is lost where a folder is to be written.</summary>
    /// <exception cref="UsageException">It holds something.</exception>
    public static void MustBeEmpty(string folder, string option)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new UsageException($"{option} must name a folder that is empty or not there, but '{folder}' holds something. Name another, or remove it.");
        }
    }
}
