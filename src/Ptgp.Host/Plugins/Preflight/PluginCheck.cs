namespace Ptgp.Host.Plugins.Preflight;

/// <summary>Finds out from a plugin's files alone whether it fits this host.</summary>
internal static class PluginCheck
{
    /// <summary>Checks a plugin's folder.</summary>
    /// <returns>What its files say, or the first fault.</returns>
    public static (PluginManifest? Manifest, PluginFault? Fault) Check(string folder, IReadOnlyCollection<string> files)
    {
        var plugin = Path.GetFileName(folder);
        if (!files.Contains(plugin + ".dll"))
        {
            return (null, new(plugin, folder, PluginFaultCode.NoAssembly, $"must be an assembly named as its folder, but '{folder}' holds no '{plugin}.dll'.", "Name the folder as the assembly, or move it out of the plugins folder."));
        }

        Dictionary<string, PluginImage> images = [];
        try
        {
            var main = PluginImage.Open(Path.Combine(folder, plugin + ".dll"));
            images[plugin] = main;
            OpenOthers(folder, files, images);
            return Check(plugin, folder, files, main, images);
        }
        catch (PluginImageException e)
        {
            return (null, NoImage(plugin, e));
        }
        catch (Exception e) when (e is BadImageFormatException or ArgumentException or InvalidOperationException or InvalidCastException or IndexOutOfRangeException or OverflowException)
        {
            // Tables of a damaged file lead anywhere.
            return (null, NoImage(plugin, new(Path.Combine(folder, plugin + ".dll"), PluginFaultCode.Damaged, "is damaged", e)));
        }
        finally
        {
            foreach (var image in images.Values)
            {
                image.Dispose();
            }
        }
    }

    private static (PluginManifest? Manifest, PluginFault? Fault) Check(
        string plugin, string folder, IReadOnlyCollection<string> files, PluginImage main, IReadOnlyDictionary<string, PluginImage> images)
    {
        var contract = ContractOf(main);
        var checks = new FolderChecks(plugin, folder, main);
        var fault = checks.BringsNothingOfTheHost(files)
            ?? FitsContract(plugin, main, contract)
            ?? checks.NamesNoOtherFolders(files)
            ?? images.Values.Select(image => FitsShared(plugin, image)).FirstOrDefault(found => found is not null)
            ?? images.Values.Select(image => UsesWhatIsThere(plugin, image)).FirstOrDefault(found => found is not null);
        if (fault is not null)
        {
            return (null, fault);
        }

        var (type, name, lack) = new EntryType(main, images).Find();
        if (type is null)
        {
            return (null, Fault(PluginFaultCode.EntryType, plugin, main, $"must have one public class that derives from {SharedAssemblies.Contract}'s TaskPlugin, {lack}.", "Make exactly one such class public, not abstract and not generic."));
        }

        return checks.HasWhatItNeeds(files) is { } missing
            ? (null, missing)
            : (new() { EntryType = type, Name = name, Version = main.Metadata.GetAssemblyDefinition().Version, Contract = contract! }, null);
    }

    private static PluginFault NoImage(string plugin, PluginImageException e) => new(plugin, e.Path, e.Code,
        $"must be {(e.Code == PluginFaultCode.NotManaged ? "a" : "a whole")} .NET assembly, but '{Path.GetFileName(e.Path)}' {e.Message}.", "Copy the plugin's output folder again.")
    { Cause = e };

    private static void OpenOthers(string folder, IReadOnlyCollection<string> files, Dictionary<string, PluginImage> images)
    {
        foreach (var file in files.Where(file => !file.Contains('/', StringComparison.Ordinal) && file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && !SharedAssemblies.IsOfTheHost(file)))
        {
            try
            {
                if (!images.ContainsKey(Path.GetFileNameWithoutExtension(file)))
                {
                    images[Path.GetFileNameWithoutExtension(file)] = PluginImage.Open(Path.Combine(folder, file));
                }
            }
            catch (PluginImageException e) when (e.Code == PluginFaultCode.NotManaged)
            {
                // A native library of the plugin's own.
            }
        }
    }

    // What the build wrote down; else what the compiler did, which knows the major only.
    private static Version? ContractOf(PluginImage main) =>
        Version.TryParse(main.GetAssemblyMetadata("Ptgp.Contract"), out var written) ? written
        : main.References.Where(reference => reference.Name == SharedAssemblies.Contract).Select(reference => new Version(reference.Version.Major, reference.Version.Minor)).FirstOrDefault();

    private static PluginFault? FitsContract(string plugin, PluginImage main, Version? contract)
    {
        var (name, host) = (SharedAssemblies.Contract, SharedAssemblies.ContractVersion);
        return contract is null ? Fault(PluginFaultCode.EntryType, plugin, main, $"must be built against {name}, but does not refer to it.", "If it is no plugin, move its folder out of the plugins folder.")
            : contract.Major != host.Major ? Fault(PluginFaultCode.Contract, plugin, main, $"was built against {name} {contract}, but this host has {host}.", $"Use a host of version {contract.Major}, or rebuild the plugin.")
            : contract.Minor > host.Minor ? Fault(PluginFaultCode.Contract, plugin, main, $"was built against {name} {contract}, but this host has {host}.", $"Use a host of version {contract} or later, or rebuild the plugin against {host}.")
            : null;
    }

    // The runtime would not share a higher version than the host's, and load a second set of types or none.
    private static PluginFault? FitsShared(string plugin, PluginImage image)
    {
        foreach (var (name, version) in image.References)
        {
            if (SharedAssemblies.ByName.TryGetValue(name, out var assembly) && assembly.GetName().Version is { } host && version > host)
            {
                return Fault(PluginFaultCode.SharedVersion, plugin, image, $"was built against {name} {version}, but this host has {host}.", "Use a newer host, or rebuild the plugin against the host's version.");
            }

            if (name == "System.Runtime" && version.Major > Environment.Version.Major)
            {
                return Fault(PluginFaultCode.SharedVersion, plugin, image, $"was built for .NET {version.Major}, but this host runs on .NET {Environment.Version.Major}.", $"Rebuild the plugin for net{Environment.Version.Major}.0.");
            }
        }

        return null;
    }

    private static PluginFault? UsesWhatIsThere(string plugin, PluginImage image) => HostSurface.OfThisHost.FindMissing(image.Metadata) is not { } missing ? null
        : Fault(PluginFaultCode.MissingMember, plugin, image, $"uses {missing.Member}, which this host's {missing.Assembly} lacks ({Path.GetFileName(image.Path)}).", $"Rebuild the plugin against this host's {missing.Assembly}{VersionOf(missing.Assembly)}.");

    private static string VersionOf(string assembly) => " " + (assembly == SharedAssemblies.Contract ? SharedAssemblies.ContractVersion : SharedAssemblies.ByName[assembly].GetName().Version!.ToString(3));

    private static PluginFault Fault(PluginFaultCode code, string plugin, PluginImage image, string reason, string hint) => new(plugin, image.Path, code, reason, hint);
}
