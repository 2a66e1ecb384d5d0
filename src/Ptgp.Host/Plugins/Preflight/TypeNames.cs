using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Ptgp.Host.Plugins.Preflight;

/// <summary>Writes types and signatures as text, the same for a definition and for a reference to it from elsewhere.</summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, object?>
{
    // Deeper than any compiler nests or derives; a damaged file may lead in circles.
    private const int Deepest = 64;

    public static TypeNames Instance { get; } = new();

    /// <summary>Ends walks that lead in circles.</summary>
    /// <exception cref="BadImageFormatException">This one does.</exception>
    public static int Deeper(int depth) => depth < Deepest ? depth + 1 : throw new BadImageFormatException();

    public static string Of(MetadataReader reader, TypeDefinitionHandle handle, int depth = 0)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return !type.GetDeclaringType().IsNil ? $"{Of(reader, type.GetDeclaringType(), Deeper(depth))}+{name}" : Join(reader.GetString(type.Namespace), name);
    }

    public static string Of(MetadataReader reader, TypeReferenceHandle handle, int depth = 0)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Of(reader, (TypeReferenceHandle)type.ResolutionScope, Deeper(depth))}+{name}"
            : Join(reader.GetString(type.Namespace), name);
    }

    /// <summary>Names the assembly that a reference leads to; null when it stays in this one.</summary>
    public static string? AssemblyOf(MetadataReader reader, TypeReferenceHandle handle, int depth = 0) => reader.GetTypeReference(handle).ResolutionScope switch
    {
        { Kind: HandleKind.TypeReference } outer => AssemblyOf(reader, (TypeReferenceHandle)outer, Deeper(depth)),
        { Kind: HandleKind.AssemblyReference } assembly => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)assembly).Name),
        _ => null,
    };

    /// <summary>Gets the type that a specification such as <c>TaskPlugin&lt;string, int&gt;</c> fills in; nil for arrays and the like.</summary>
    public static EntityHandle DefinitionOf(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var signature = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return default;
        }

        signature.ReadCompressedInteger(); // class or value type
        return signature.ReadTypeHandle();
    }

    public static string Of(MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "" : "static ")}{signature.ReturnType} `{signature.GenericParameterCount}({string.Join(", ", signature.ParameterTypes)})";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "method " + Of(signature);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericTypeParameter(object? genericContext, int index) => "!" + index;

    public string GetGenericMethodParameter(object? genericContext, int index) => "!!" + index;

    private static string Join(string @namespace, string name) => @namespace.Length == 0 ? name : $"{@namespace}.{name}";
}
