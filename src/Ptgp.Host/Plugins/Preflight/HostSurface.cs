using System.Reflection.Metadata;

namespace Ptgp.Host.Plugins.Preflight;

/// <summary>What the host's contract and TorchSharp hold, to be compared with what a plugin uses of them.</summary>
internal sealed class HostSurface
{
    private static readonly Lazy<HostSurface> Shared = new(() => new(
        [typeof(ITaskPlugin).Assembly.Location, typeof(TorchSharp.torch).Assembly.Location]));

    private readonly Dictionary<string, Module> modules;

    /// <summary>Reads the surface of some assemblies, which stay open.</summary>
    internal HostSurface(IEnumerable<string> paths) => modules = paths.Select(PluginImage.Open).ToDictionary(image => image.Name, image => new Module(image.Metadata));

    /// <summary>Gets the surface of this host.</summary>
    public static HostSurface OfThisHost => Shared.Value;

    /// <summary>Finds the first type or member that an assembly uses and this host lacks, as <c>Ptgp.GenerationOptions.NumBeams</c>; null when it has all.</summary>
    public (string Member, string Assembly)? FindMissing(MetadataReader plugin)
    {
        foreach (var handle in plugin.TypeReferences)
        {
            if (TypeNames.AssemblyOf(plugin, handle) is { } assembly && modules.TryGetValue(assembly, out var module)
                && TypeNames.Of(plugin, handle) is var type && !module.Has(type))
            {
                return (type, assembly);
            }
        }

        foreach (var handle in plugin.MemberReferences)
        {
            var member = plugin.GetMemberReference(handle);
            if (TypeOf(plugin, member.Parent) is { } type && TypeNames.AssemblyOf(plugin, type) is { } assembly && modules.TryGetValue(assembly, out var module)
                && module.Find(TypeNames.Of(plugin, type)) is { } definition // else forwarded elsewhere: the runtime follows
                && !Has(module, definition, plugin.GetString(member.Name), Signature(plugin, member)))
            {
                return ($"{TypeNames.Of(plugin, type).Replace('+', '.')}.{Readable(plugin.GetString(member.Name))}", assembly);
            }
        }

        return null;
    }

    private static TypeReferenceHandle? TypeOf(MetadataReader plugin, EntityHandle parent)
    {
        var type = parent.Kind == HandleKind.TypeSpecification ? TypeNames.DefinitionOf(plugin, (TypeSpecificationHandle)parent) : parent;
        return type.Kind == HandleKind.TypeReference && !type.IsNil ? (TypeReferenceHandle)type : null;
    }

    // Compilers name a member by the type that declares it. It may since have moved to a base type, where the runtime finds it too.
    // Behind a generic base the signature would have to be filled in (null): there the name is proof enough.
    private bool Has(Module module, TypeDefinitionHandle type, string member, string? signature)
    {
        if (module.Signatures(type, member).Any(found => signature is null || found == signature))
        {
            return true;
        }

        var @base = module.Metadata.GetTypeDefinition(type).BaseType;
        if (@base.Kind == HandleKind.TypeSpecification)
        {
            (@base, signature) = (TypeNames.DefinitionOf(module.Metadata, (TypeSpecificationHandle)@base), null);
        }

        return @base switch
        {
            { IsNil: true } => false,
            { Kind: HandleKind.TypeDefinition } => Has(module, (TypeDefinitionHandle)@base, member, signature),
            { Kind: HandleKind.TypeReference } when modules.TryGetValue(TypeNames.AssemblyOf(module.Metadata, (TypeReferenceHandle)@base) ?? "", out var other)
                && other.Find(TypeNames.Of(module.Metadata, (TypeReferenceHandle)@base)) is { } definition => Has(other, definition, member, signature),
            _ => IsOfObject(member),
        };
    }

    private static bool IsOfObject(string member) => member is "ToString" or "Equals" or "GetHashCode" or "GetType" or "Finalize" or "MemberwiseClone" or ".ctor";

    private static string Signature(MetadataReader reader, MemberReference member) => member.GetKind() == MemberReferenceKind.Method
        ? TypeNames.Of(member.DecodeMethodSignature(TypeNames.Instance, null))
        : member.DecodeFieldSignature(TypeNames.Instance, null);

    private static string Readable(string member) =>
        member is ".ctor" ? "this constructor"
        : member.StartsWith("get_", StringComparison.Ordinal) || member.StartsWith("set_", StringComparison.Ordinal) ? member[4..]
        : member;

    private sealed class Module(MetadataReader metadata)
    {
        private readonly Dictionary<string, TypeDefinitionHandle> types = metadata.TypeDefinitions.ToDictionary(handle => TypeNames.Of(metadata, handle));
        private readonly HashSet<string> forwarded = [.. metadata.ExportedTypes.Select(metadata.GetExportedType)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")];

        public MetadataReader Metadata => metadata;

        public bool Has(string type) => types.ContainsKey(type) || forwarded.Contains(type);

        public TypeDefinitionHandle? Find(string type) => types.TryGetValue(type, out var handle) ? handle : null;

        public IEnumerable<string> Signatures(TypeDefinitionHandle type, string member)
        {
            var definition = metadata.GetTypeDefinition(type);
            return definition.GetMethods().Select(metadata.GetMethodDefinition).Where(method => metadata.StringComparer.Equals(method.Name, member))
                .Select(method => TypeNames.Of(method.DecodeSignature(TypeNames.Instance, null)))
                .Concat(definition.GetFields().Select(metadata.GetFieldDefinition).Where(field => metadata.StringComparer.Equals(field.Name, member))
                    .Select(field => field.DecodeSignature(TypeNames.Instance, null)));
        }
    }
}
