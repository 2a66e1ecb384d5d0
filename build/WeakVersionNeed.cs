using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Ptgp.Build
{
    /// <summary>What became of a request to make a version need weak.</summary>
    public enum WeakVersionNeedResult
    {
        /// <summary>The file does not ask for the version.</summary>
        NotNeeded,

        /// <summary>The need was weak already.</summary>
        AlreadyWeak,

        /// <summary>A relocation uses a symbol of that version, so the need is real and was left as it is.</summary>
        Used,

        /// <summary>The need is weak now.</summary>
        MadeWeak,
    }

    /// <summary>
    /// Marks a version need of a 64-bit little-endian ELF file weak (<c>VER_FLG_WEAK</c> in its <c>.gnu.version_r</c> entry), so that the
    /// dynamic linker warns instead of refusing a library that asks for a version it never uses.
    /// See "Symbol Versioning" in the Linux Standard Base, chapter 10.7.
    /// </summary>
    public static class WeakVersionNeed
    {
        private const ushort WeakFlag = 0x2;
        private const uint SectionRela = 4, SectionRel = 9, SectionDynamicSymbols = 11, SectionVersionNeeds = 0x6ffffffe, SectionVersionSymbols = 0x6fffffff;

        /// <summary>Makes the need weak in the given image, in place, when it is there and no relocation uses it.</summary>
        /// <exception cref="InvalidDataException">The image is not a 64-bit little-endian ELF file, or is cut short.</exception>
        public static WeakVersionNeedResult Apply(byte[] image, string version)
        {
            if (image.Length < 64 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F' || image[4] != 2 || image[5] != 1)
            {
                throw new InvalidDataException("The file must be a 64-bit little-endian ELF file, but is not.");
            }

            try
            {
                return new Reader(image).Apply(version);
            }
            catch (Exception e) when (e is ArgumentOutOfRangeException or ArgumentException or OverflowException or IndexOutOfRangeException)
            {
                throw new InvalidDataException("The ELF file is cut short: a table points outside of it.", e);
            }
        }

        /// <summary>Does the same to a file. A file that must change is written beside and renamed over, so a hard link to it elsewhere keeps its content.</summary>
        public static WeakVersionNeedResult ApplyToFile(string path, string version)
        {
            var image = File.ReadAllBytes(path);
            var result = Apply(image, version);
            if (result == WeakVersionNeedResult.MadeWeak)
            {
                var beside = path + ".patched";
                File.WriteAllBytes(beside, image);
                File.Delete(path);
                File.Move(beside, path);
            }

            return result;
        }

        private sealed class Reader
        {
            private readonly byte[] image;
            private readonly List<Section> sections = new List<Section>();

            public Reader(byte[] image)
            {
                this.image = image;
                var (start, size, count) = (checked((int)U64(0x28)), U16(0x3A), U16(0x3C));
                for (var i = 0; i < count; i++)
                {
                    var at = start + (i * size);
                    sections.Add(new Section
                    {
                        Type = U32(at + 4),
                        Offset = checked((int)U64(at + 24)),
                        Size = checked((int)U64(at + 32)),
                        Link = checked((int)U32(at + 40)),
                        EntrySize = checked((int)U64(at + 56)),
                    });
                }
            }

            public WeakVersionNeedResult Apply(string version)
            {
                var needs = sections.Find(s => s.Type == SectionVersionNeeds);
                if (needs is null)
                {
                    return WeakVersionNeedResult.NotNeeded;
                }

                var result = WeakVersionNeedResult.NotNeeded;
                for (var file = needs.Offset; ; file += checked((int)U32(file + 12)))
                {
                    for (var entry = file + checked((int)U32(file + 8)); ; entry += checked((int)U32(entry + 12)))
                    {
                        if (Text(sections[needs.Link], checked((int)U32(entry + 8))) == version)
                        {
                            result = MakeWeak(entry);
                        }

                        if (U32(entry + 12) == 0)
                        {
                            break;
                        }
                    }

                    if (U32(file + 12) == 0)
                    {
                        return result;
                    }
                }
            }

            private WeakVersionNeedResult MakeWeak(int entry)
            {
                var (flags, index) = (U16(entry + 4), (ushort)(U16(entry + 6) & 0x7fff));
                if ((flags & WeakFlag) != 0)
                {
                    return WeakVersionNeedResult.AlreadyWeak;
                }

                if (IsRelocated(index))
                {
                    return WeakVersionNeedResult.Used;
                }

                image[entry + 4] = (byte)(flags | WeakFlag);
                return WeakVersionNeedResult.MadeWeak;
            }

            // A need is real when a relocation names a dynamic symbol whose version index is the need's.
            private bool IsRelocated(ushort versionIndex)
            {
                var versions = sections.Find(s => s.Type == SectionVersionSymbols);
                var symbols = sections.FindIndex(s => s.Type == SectionDynamicSymbols);
                if (versions is null || symbols < 0)
                {
                    return false;
                }

                foreach (var table in sections)
                {
                    if ((table.Type != SectionRela && table.Type != SectionRel) || table.Link != symbols || table.EntrySize == 0)
                    {
                        continue;
                    }

                    for (var at = table.Offset; at < table.Offset + table.Size; at += table.EntrySize)
                    {
                        var symbol = checked((int)(U64(at + 8) >> 32));
                        if (symbol != 0 && (U16(versions.Offset + (2 * symbol)) & 0x7fff) == versionIndex)
                        {
                            return true;
                        }
                    }
                }

                return false;
            }

            private string Text(Section table, int offset)
            {
                var start = table.Offset + offset;
                return Encoding.ASCII.GetString(image, start, Array.IndexOf(image, (byte)0, start) - start);
            }

            private ushort U16(int at) => BitConverter.ToUInt16(image, at);

            private uint U32(int at) => BitConverter.ToUInt32(image, at);

            private ulong U64(int at) => BitConverter.ToUInt64(image, at);

            private sealed class Section
            {
                public uint Type;
                public int Offset, Size, Link, EntrySize;
            }
        }
    }

#if !PTGP_TESTS
    /// <summary>The MSBuild task over <see cref="WeakVersionNeed"/>.</summary>
    public sealed class MakeVersionNeedWeak : Microsoft.Build.Utilities.Task
    {
        /// <summary>The libraries to look at.</summary>
        [Microsoft.Build.Framework.Required]
        public Microsoft.Build.Framework.ITaskItem[] Files { get; set; }

        /// <summary>The version, such as GLIBCXX_3.4.32.</summary>
        [Microsoft.Build.Framework.Required]
        public string Version { get; set; }

        /// <inheritdoc />
        public override bool Execute()
        {
            foreach (var file in Files)
            {
                var result = WeakVersionNeed.ApplyToFile(file.ItemSpec, Version);
                Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Normal, $"{file.ItemSpec}: {Version} {result}");
                if (result == WeakVersionNeedResult.Used)
                {
                    Log.LogWarning($"{file.ItemSpec} uses {Version}: it needs a libstdc++ that has it (GCC 13 or later).");
                }
            }

            return true;
        }
    }
#endif
}
