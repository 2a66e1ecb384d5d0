using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ptgp.Architecture.Tests;

/// <summary>Renders what an assembly offers to others, a line a type or member, always in the same order: what a reviewer reads and a test compares.</summary>
internal sealed class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private readonly NullabilityInfoContext nullability = new();

    public static IReadOnlyList<string> Of(Assembly assembly) => new PublicSurface().Lines(assembly);

    private List<string> Lines(Assembly assembly)
    {
        List<string> lines = [];
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            lines.Add($"{Kind(type)} {Simple(type)}{TypeParameters(type)}{Bases(type)}");
            lines.AddRange(Members(type).Select(member => "  " + member).Order(StringComparer.Ordinal));
        }

        return lines;
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}{(IsRecord(type) ? "record " : "")}struct"
        : $"{(type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(IsRecord(type) ? "record" : "class")}";

    private static string TypeParameters(Type type) => !type.IsGenericType ? "" : $"<{string.Join(", ", type.GetGenericArguments().Select(parameter =>
        (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        } + parameter.Name))}>";

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true;

    private static string Bases(Type type)
    {
        if (type.IsEnum)
        {
            return type.IsDefined(typeof(FlagsAttribute)) ? " [Flags]" : "";
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        List<string> bases = [.. type.GetInterfaces().Except(inherited).Where(one => !one.IsGenericType || one.GetGenericTypeDefinition() != typeof(IEquatable<>)).Select(Name).Order(StringComparer.Ordinal)];
        if (type.BaseType is { } @base && @base != typeof(object) && @base != typeof(ValueType))
        {
            bases.Insert(0, Name(@base));
        }

        return bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"));
        }

        return type.GetConstructors(Declared).Where(IsOpen).Where(IsWritten).Select(constructor => $"{Access(constructor)}{Simple(type)}({Parameters(constructor)})")
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(Field))
            .Concat(type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsOpen) && IsWritten(property)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(method => !method.IsSpecialName && IsOpen(method) && IsWritten(method)).Select(Method));
    }

    private static bool IsOpen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsWritten(MemberInfo member) => !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member.Name != "EqualityContract";

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : "")
        + (method is not MethodInfo info || info.DeclaringType!.IsInterface && info.IsAbstract ? ""
            : info.DeclaringType!.IsInterface ? info.IsVirtual ? "virtual " : ""
            : info.IsAbstract ? "abstract "
            : info.GetBaseDefinition() != info ? info.IsFinal ? "sealed override " : "override "
            : info is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private string Field(FieldInfo field) =>
        $"{(field.IsPublic ? "" : "protected ")}{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Named(field.FieldType, nullability.Create(field))} {field.Name}"
        + (field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "");

    private string Property(PropertyInfo property)
    {
        var accessors = new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>().Where(IsOpen).ToList();
        var verbs = accessors.Select(accessor => accessor == property.GetMethod ? "get;"
            : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;");
        var rules = property.GetCustomAttributesData().Where(rule => rule.AttributeType.Namespace == "System.ComponentModel.DataAnnotations").Select(Rule);
        return $"{string.Concat(rules)}{(property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "")}{Access(accessors[0])}{Named(property.PropertyType, nullability.Create(property))} {property.Name} {{ {string.Join(' ', verbs)} }}";
    }

    private static string Rule(CustomAttributeData rule) =>
        $"[{rule.AttributeType.Name[..^"Attribute".Length]}({string.Join(", ", rule.ConstructorArguments.Select(argument => Literal(argument.Value)).Concat(rule.NamedArguments.Select(argument => $"{argument.MemberName} = {Literal(argument.TypedValue.Value)}")))})] ";

    private string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        return $"{Access(method)}{Named(method.ReturnType, nullability.Create(method.ReturnParameter))} {method.Name}{generic}({Parameters(method)})";
    }

    private string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsDefined(typeof(ParamCollectionAttribute)) || parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")
        + $"{Named(parameter.ParameterType, nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue)}" : "")}"));

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // The type as one writes it, with the question marks of references that may be null.
    private static string Named(Type type, NullabilityInfo info)
    {
        if (type.IsByRef)
        {
            return Named(type.GetElementType()!, info);
        }

        var mark = info.ReadState == NullabilityState.Nullable && !type.IsValueType && !type.IsGenericParameter ? "?" : "";
        return type.IsArray && info.ElementType is { } element ? $"{Named(type.GetElementType()!, element)}[{new string(',', type.GetArrayRank() - 1)}]{mark}"
            : type.IsConstructedGenericType && Nullable.GetUnderlyingType(type) is null && info.GenericTypeArguments.Length == type.GenericTypeArguments.Length
                ? $"{Simple(type)}<{string.Join(", ", type.GenericTypeArguments.Zip(info.GenericTypeArguments, Named))}>{mark}"
            : Name(type) + mark;
    }

    private static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? Name(value) + "?"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]"
        : type.IsGenericParameter ? type.Name
        : type.IsGenericType ? $"{Simple(type)}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : Simple(type);

    private static string Simple(Type type)
    {
        var name = type.Name.Split('`')[0];
        return type.IsNested ? $"{Simple(type.DeclaringType!)}.{name}" : Keyword(type) ?? name;
    }

    private static string? Keyword(Type type) => type.IsEnum ? null : Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "bool",
        TypeCode.Int32 => "int",
        TypeCode.Int64 => "long",
        TypeCode.Single => "float",
        TypeCode.Double => "double",
        TypeCode.String => "string",
        _ => type == typeof(void) ? "void" : type == typeof(object) ? "object" : null,
    };
}
