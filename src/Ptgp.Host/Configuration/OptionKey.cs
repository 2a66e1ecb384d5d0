using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>One key of an options record: a property, or a parameter of a positional record.</summary>
/// <remarks>The binder and the JSON Schema both read records through this, so that they cannot differ.</remarks>
internal sealed record OptionKey
{
    /// <summary>Gets the key as it is written down, in camel case.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the property, for its value and documentation.</summary>
    public required PropertyInfo Property { get; init; }

    /// <summary>Gets the parameter of the constructor that sets it; null when the property does.</summary>
    public ParameterInfo? Parameter { get; init; }

    /// <summary>Gets whether it must be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Gets the type, that of the value where it may be null.</summary>
    public Type Type => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>Gets what its values must hold to.</summary>
    public IEnumerable<ValidationAttribute> Rules => Property.GetCustomAttributes<ValidationAttribute>();

    /// <summary>Names the keys of a record.</summary>
    public static IReadOnlyList<OptionKey> Of(Type type)
    {
        var constructor = ConstructorOf(type);
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Select(property => (property, parameter: constructor?.GetParameters().FirstOrDefault(parameter => parameter.Name == property.Name)))
            .Select(pair => new OptionKey
            {
                Name = pair.property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(pair.property.Name),
                Property = pair.property,
                Parameter = pair.parameter,
                IsRequired = pair.parameter is { HasDefaultValue: false }
                    || pair.property.IsDefined(typeof(RequiredMemberAttribute)) || pair.property.IsDefined(typeof(RequiredAttribute)),
            })];
    }

    /// <summary>Finds the constructor that takes the values of a positional record; null for a record that is filled through its properties.</summary>
    public static ConstructorInfo? ConstructorOf(Type type)
    {
        var constructors = type.GetConstructors();
        return constructors.Any(constructor => constructor.GetParameters().Length == 0)
            ? null
            : constructors.MaxBy(constructor => constructor.GetParameters().Length);
    }
}
