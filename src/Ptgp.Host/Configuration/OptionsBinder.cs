using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>Fills any options record from a section, and finds everything that is wrong with it.</summary>
/// <remarks>
/// Records may hold records, lists, dictionaries of texts, choices, numbers, truths and texts. A list of one may be written
/// without its brackets, and where its items are no texts one of several too, with commas; a positional record may be written as a list. Nothing is kept of a type that was bound, so that a
/// plugin's assembly can be unloaded.
/// </remarks>
internal sealed class OptionsBinder
{
    private readonly List<ConfigurationFault> faults = [];
    private readonly Origins? origins;

    private OptionsBinder(IConfigurationRoot? root) => origins = root is null ? null : new(root);

    /// <summary>Makes a record of a section.</summary>
    /// <param name="type">The record.</param>
    /// <param name="section">What it is filled from. Keys that the record lacks are faults.</param>
    /// <param name="root">What the section belongs to, so that faults can say where a value comes from.</param>
    /// <param name="defaults">A record of the type whose values stand where the section has none; null for those of a new one.</param>
    /// <returns>The record, filled as far as the section holds, and the faults.</returns>
    public static (object? Options, IReadOnlyList<ConfigurationFault> Faults) Bind(
        Type type, IConfiguration section, IConfigurationRoot? root = null, object? defaults = null)
    {
        var binder = new OptionsBinder(root ?? section as IConfigurationRoot);
        var options = binder.Record(type, section, (section as IConfigurationSection)?.Path ?? "", defaults);
        return (options, binder.faults);
    }

    private object? Value(Type type, IConfigurationSection section, object? defaults = null)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (typeof(IConfiguration).IsAssignableFrom(type))
        {
            return section;
        }

        var children = section.GetChildren().ToList();
        var isScalar = section.Value is not null && (children.Count == 0 || origins?.IsScalar(section.Path) == true);
        if (!OptionTypes.IsScalar(type) && isScalar)
        {
            if (JsonText.Parse(section, OptionTypes.ItemOf(type) == typeof(string), out var broken) is { } parsed)
            {
                return Value(type, parsed, defaults);
            }

            if (broken is not null)
            {
                return Fault(section.Path, $"must be {OptionTypes.Describe(type)}, but {broken}: '{section.Value}'.");
            }
        }

        return OptionTypes.IsScalar(type) ? Scalar(type, section, isScalar, children)
            : OptionTypes.ItemOf(type) is { } item ? List(type, item, section, isScalar, children)
            : isScalar && section.Value!.Length > 0 ? Fault(section.Path, $"must be an object, but is '{section.Value}'.")
            : OptionTypes.ValueOf(type) is { } value ? Dictionary(value, children)
            : Record(type, section, section.Path, defaults);
    }

    private object? Scalar(Type type, IConfigurationSection section, bool isScalar, List<IConfigurationSection> children)
    {
        if (!isScalar)
        {
            return Fault(section.Path, $"must be {OptionTypes.Describe(type)}, but is {(IsList(children) ? "a list" : "an object")}.");
        }

        var text = section.Value!;
        if (ScalarText.TryParse(type, text, out var value))
        {
            return value;
        }

        var meant = OtherNames.Find(type, text) is { } here ? $" Here it is called '{here}'."
            : type.IsEnum && Nearest.Find(text, OptionTypes.Choices(type)) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return Fault(section.Path, $"must be {OptionTypes.Describe(type)}, but is '{text}'.{meant}{(text.Length == 0 && origins?.Find(section.Path) is not ("--generation" or "--recipe") ? OverridingProvider.UnsetHint : "")}");
    }

    private Array? List(Type type, Type item, IConfigurationSection section, bool isScalar, List<IConfigurationSection> children)
    {
        if (isScalar && OptionTypes.IsScalar(item) && item != typeof(string) && section.Value!.Contains(',', StringComparison.Ordinal))
        {
            return Parts(type, item, section);
        }

        if (isScalar && section.Value!.Length > 0 && OptionTypes.IsScalar(item))
        {
            children = [section];
        }
        else if (isScalar ? section.Value!.Length > 0 : !IsList(children))
        {
            Fault(section.Path, $"must be {OptionTypes.Describe(type)}, but is {(isScalar ? $"'{section.Value}'" : "an object")}.");
            return null;
        }
        else
        {
            children.Sort((a, b) => int.Parse(a.Key, CultureInfo.InvariantCulture).CompareTo(int.Parse(b.Key, CultureInfo.InvariantCulture)));
        }

        var (list, before) = (Array.CreateInstance(item, children.Count), faults.Count);
        for (var i = 0; i < children.Count; i++)
        {
            if (IsBare(item, children[i]))
            {
                Fault(children[i].Path, $"must be {OptionTypes.Describe(item)}, but is '{children[i].Value}'.");
            }
            else if (Value(item, children[i]) is { } value)
            {
                list.SetValue(value, i);
            }
        }

        return faults.Count > before ? null : list;
    }

    // A list within a list has its brackets: without them nobody can tell which of the two is meant.
    private static bool IsBare(Type item, IConfigurationSection child) => OptionTypes.ItemOf(item) is not null && child.Value is { Length: > 0 } && !child.GetChildren().Any();

    // Such as 0,2.5 for [0, 2.5].
    private Array? Parts(Type type, Type item, IConfigurationSection section)
    {
        var parts = section.Value!.Split(',', StringSplitOptions.TrimEntries);
        var list = Array.CreateInstance(item, parts.Length);
        foreach (var (i, part) in parts.Index())
        {
            if (!ScalarText.TryParse(Nullable.GetUnderlyingType(item) ?? item, part, out var value))
            {
                Fault(section.Path, $"must be {OptionTypes.Describe(type)}, each {OptionTypes.Describe(item)}, but holds '{part}': '{section.Value}'.");
                return null;
            }

            list.SetValue(value, i);
        }

        return list;
    }

    private object Dictionary(Type type, List<IConfigurationSection> children)
    {
        var dictionary = (System.Collections.IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), type), StringComparer.OrdinalIgnoreCase)!;
        foreach (var child in children.Where(child => IsGiven(child) || OptionTypes.IsRecord(type)))
        {
            if (Value(type, child) is { } value)
            {
                dictionary[child.Key] = value;
            }
        }

        return dictionary;
    }

    private object? Record(Type type, IConfiguration section, string path, object? defaults)
    {
        var keys = OptionKey.Of(type);
        var children = section.GetChildren().ToList();
        var constructor = OptionKey.ConstructorOf(type);
        if (constructor is not null && children.Count > 0 && IsList(children))
        {
            return Positional(type, children, keys, path);
        }

        var given = new Dictionary<string, object?>();
        foreach (var child in children)
        {
            if (keys.FirstOrDefault(key => key.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is not { } key)
            {
                Fault(child.Path, $"is not known. {Nearest.Hint(child.Key, keys.Select(key => key.Name), "No keys are known here.")}");
            }
            else if (IsGiven(child) || typeof(IConfiguration).IsAssignableFrom(key.Type))
            {
                given[key.Name] = Checked(key, child, defaults);
            }
        }

        foreach (var key in keys.Where(key => key.IsRequired && defaults is null && !given.ContainsKey(key.Name)))
        {
            Fault(Join(path, key.Name), $"must be given: {OptionTypes.Describe(key.Type)}.");
        }

        return Make(type, constructor, keys, given, defaults, path);
    }

    private object? Positional(Type type, List<IConfigurationSection> children, IReadOnlyList<OptionKey> keys, string path)
    {
        var before = faults.Count;
        var parameters = OptionKey.ConstructorOf(type)!.GetParameters();
        if (children.Count != parameters.Length)
        {
            return Fault(path, $"must hold {parameters.Length} values ({string.Join(", ", keys.Select(key => key.Name))}), but holds {children.Count}.");
        }

        var values = children.Select((child, i) => Checked(keys.First(key => key.Parameter == parameters[i]), child, null)).ToArray();
        return faults.Count > before ? null : Activator.CreateInstance(type, values);
    }

    private object? Checked(OptionKey key, IConfigurationSection section, object? defaults)
    {
        var value = Value(key.Type, section, defaults is null ? null : key.Property.GetValue(defaults));
        foreach (var message in value is null ? [] : OptionRules.Check(key, value))
        {
            Fault(section.Path, message);
        }

        return value;
    }

    private object? Make(Type type, ConstructorInfo? constructor, IReadOnlyList<OptionKey> keys, Dictionary<string, object?> given, object? defaults, string path)
    {
        try
        {
            var record = constructor?.Invoke([.. constructor.GetParameters().Select(Argument)]) ?? Activator.CreateInstance(type)!;
            foreach (var key in keys.Where(key => key.Parameter is null))
            {
                if (given.TryGetValue(key.Name, out var value) && value is not null)
                {
                    key.Property.SetValue(record, value);
                }
                else if (defaults is not null)
                {
                    key.Property.SetValue(record, key.Property.GetValue(defaults));
                }
            }

            return record;
        }
        catch (TargetInvocationException refused) when (refused.InnerException is ArgumentException or FormatException)
        {
            return Fault(path, $"was refused: {refused.InnerException.Message}");
        }

        object? Argument(ParameterInfo parameter)
        {
            var key = keys.FirstOrDefault(key => key.Parameter == parameter);
            return key is not null && given.TryGetValue(key.Name, out var value) && value is not null ? value
                : key is not null && defaults is not null ? key.Property.GetValue(defaults)
                : parameter.HasDefaultValue ? parameter.DefaultValue : null;
        }
    }

    private object? Fault(string path, string message)
    {
        faults.Add(new(path, message, origins?.Find(path)));
        return null;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";

    // null in the file is as if the key were not there, and so is {}, which the reader of JSON makes null.
    private static bool IsGiven(IConfigurationSection section) => section.Value is not null || section.GetChildren().Any();

    private static bool IsList(List<IConfigurationSection> children) =>
        children.TrueForAll(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
