using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Ptgp.Host.Plugins.Preflight;

/// <summary>An assembly's file, read as data: none of its code runs.</summary>
internal sealed class PluginImage : IDisposable
{
    private readonly PEReader file;

    private PluginImage(string path, PEReader file, MetadataReader metadata) => (Path, this.file, Metadata) = (path, file, metadata);

    public string Path { get; }

    public MetadataReader Metadata { get; }

    /// <summary>Gets the assembly's name.</summary>
    public string Name => Metadata.GetString(Metadata.GetAssemblyDefinition().Name);

    /// <summary>Gets the assemblies it was compiled against.</summary>
    public IEnumerable<(string Name, Version Version)> References => Metadata.AssemblyReferences
        .Select(Metadata.GetAssemblyReference).Select(reference => (Metadata.GetString(reference.Name), reference.Version));

    /// <summary>Opens an assembly.</summary>
    /// <exception cref="PluginImageException">It is none, or is damaged.</exception>
    public static PluginImage Open(string path)
    {
        var bytes = PluginFiles.OpenShared(path);
        var length = bytes.Length;
        Span<byte> magic = stackalloc byte[4];
        var read = bytes.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (read < 2 || magic[0] != 'M' || magic[1] != 'Z')
        {
            bytes.Dispose();
            throw new PluginImageException(path, PluginFaultCode.NotManaged, read == 0 ? "is empty" : magic is [0x7f, (byte)'E', (byte)'L', (byte)'F'] ? "is a native library of Linux" : "is something else");
        }

        bytes.Position = 0;
        var file = new PEReader(bytes, PEStreamOptions.PrefetchEntireImage);
        try
        {
            if (file.PEHeaders.SectionHeaders.Any(section => section.PointerToRawData + (long)section.SizeOfRawData > length))
            {
                throw new PluginImageException(path, PluginFaultCode.Damaged, "is cut short");
            }

            if (!file.HasMetadata || !file.GetMetadataReader().IsAssembly)
            {
                throw new PluginImageException(path, PluginFaultCode.NotManaged, "is a native library of Windows");
            }

            return new(path, file, file.GetMetadataReader());
        }
        catch (Exception e)
        {
            file.Dispose();
            throw e as PluginImageException ?? new PluginImageException(path, PluginFaultCode.Damaged, "is damaged", e);
        }
    }

    /// <summary>Gets the value of an <c>AssemblyMetadata</c> attribute of the assembly; null when there is none.</summary>
    public string? GetAssemblyMetadata(string key)
    {
        foreach (var attribute in Metadata.GetAssemblyDefinition().GetCustomAttributes().Select(Metadata.GetCustomAttribute))
        {
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && Metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } type
                && Metadata.StringComparer.Equals(Metadata.GetTypeReference((TypeReferenceHandle)type).Name, "AssemblyMetadataAttribute"))
            {
                var value = Metadata.GetBlobReader(attribute.Value); // 0x0001, then the constructor's two strings (ECMA-335 II.23.3)
                if (value.ReadUInt16() == 1 && value.ReadSerializedString() == key)
                {
                    return value.ReadSerializedString();
                }
            }
        }

        return null;
    }

    /// <summary>Gets the IL of a method; empty when it has none.</summary>
    public byte[] GetBody(MethodDefinition method) =>
        method.RelativeVirtualAddress == 0 ? [] : file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() ?? [];

    public void Dispose() => file.Dispose();
}

/// <summary>A file is no whole .NET assembly; the message reads on after its name.</summary>
internal sealed class PluginImageException(string path, PluginFaultCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Path { get; } = path;

    /// <summary>Gets whether it is none or is damaged.</summary>
    public PluginFaultCode Code { get; } = code;
}
