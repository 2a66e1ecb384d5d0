using System.Reflection;
using System.Reflection.Metadata;

namespace Ptgp.Host.Plugins.Preflight;

/// <summary>Finds the plugin class in an assembly: the one that derives from the contract's <c>TaskPlugin</c>, also by way of a class of another file in the folder.</summary>
internal sealed class EntryType(PluginImage main, IReadOnlyDictionary<string, PluginImage> folder)
{
    private const string Base = "Ptgp.TaskPlugin`2";

    /// <summary>Finds it.</summary>
    /// <returns>Its full name, and the plugin's name where the class simply states it; or, after "the assembly", what is wrong.</returns>
    public (string? Type, string? Name, string? Fault) Find()
    {
        var metadata = main.Metadata;
        var plugins = metadata.TypeDefinitions.Where(handle => IsPlugin(main, metadata.GetTypeDefinition(handle).BaseType)).ToList();
        var entries = plugins.Where(handle => IsEntry(metadata.GetTypeDefinition(handle))).ToList();
        return entries switch
        {
            [var entry] => (TypeNames.Of(metadata, entry), StatedName(main, metadata.GetTypeDefinition(entry)), null),
            [] when plugins.Count > 0 => (null, null, $"but its '{TypeNames.Of(metadata, plugins[0])}' is {Lack(metadata.GetTypeDefinition(plugins[0]))}"),
            [] => (null, null, "but has none"),
            _ => (null, null, $"but has {entries.Count}: {string.Join(", ", entries.Select(entry => TypeNames.Of(metadata, entry)))}"),
        };
    }

    private static bool IsEntry(TypeDefinition type) => Lack(type) is null;

    private static string? Lack(TypeDefinition type) =>
        (type.Attributes & TypeAttributes.VisibilityMask) is not (TypeAttributes.Public or TypeAttributes.NestedPublic) ? "not public"
        : (type.Attributes & TypeAttributes.Abstract) != 0 ? "abstract"
        : type.GetGenericParameters().Count > 0 ? "generic"
        : null;

    private bool IsPlugin(PluginImage image, EntityHandle type, int depth = 0) => Resolve(image, type) switch
    {
        (null, Base) => true,
        ({ } owner, var name) when Find(owner, name) is { } definition => IsPlugin(owner, definition.BaseType, TypeNames.Deeper(depth)),
        _ => false,
    };

    // The file that holds a type, and its name there; no file for types of the contract and types that are not in the folder.
    private (PluginImage? Owner, string Name) Resolve(PluginImage image, EntityHandle type)
    {
        if (type.Kind == HandleKind.TypeSpecification)
        {
            type = TypeNames.DefinitionOf(image.Metadata, (TypeSpecificationHandle)type);
        }

        if (type.IsNil || type.Kind == HandleKind.TypeDefinition)
        {
            return type.IsNil ? (null, "") : (image, TypeNames.Of(image.Metadata, (TypeDefinitionHandle)type));
        }

        var reference = (TypeReferenceHandle)type;
        var (assembly, name) = (TypeNames.AssemblyOf(image.Metadata, reference), TypeNames.Of(image.Metadata, reference));
        return assembly == SharedAssemblies.Contract ? (null, name) : (folder.GetValueOrDefault(assembly ?? ""), assembly is null || folder.ContainsKey(assembly) ? name : "");
    }

    private static TypeDefinition? Find(PluginImage image, string name)
    {
        foreach (var handle in image.Metadata.TypeDefinitions.Where(handle => TypeNames.Of(image.Metadata, handle) == name))
        {
            return image.Metadata.GetTypeDefinition(handle);
        }

        return null;
    }

    private string? StatedName(PluginImage image, TypeDefinition type)
    {
        foreach (var method in type.GetMethods().Select(image.Metadata.GetMethodDefinition).Where(method => image.Metadata.StringComparer.Equals(method.Name, "get_Name")))
        {
            return Literal(image, image.GetBody(method));
        }

        return Resolve(image, type.BaseType) is ({ } owner, var name) && Find(owner, name) is { } above ? StatedName(owner, above) : null;
    }

    // A getter that only returns a literal: ldstr and ret, and what an unoptimized build puts between them.
    private static string? Literal(PluginImage image, byte[] body)
    {
        string? literal = null;
        for (var at = 0; at < body.Length; at++)
        {
            switch ((ILOpCode)body[at])
            {
                case ILOpCode.Ldstr when literal is null && at + 4 < body.Length:
                    literal = image.Metadata.GetUserString((UserStringHandle)System.Reflection.Metadata.Ecma335.MetadataTokens.Handle(BitConverter.ToInt32(body, at + 1)));
                    at += 4;
                    break;
                case ILOpCode.Br_s:
                    at++;
                    break;
                case ILOpCode.Nop or ILOpCode.Stloc_0 or ILOpCode.Ldloc_0 or ILOpCode.Ret:
                    break;
                default:
                    return null;
            }
        }

        return literal;
    }
}
