using System.Diagnostics;
using CsCheck;
using Ptgp.Build;

namespace Ptgp.Architecture.Tests;

public class WeakVersionNeedTests
{
    [Fact]
    public void ANeedThatNothingUsesIsMadeWeakAndNothingElseChanges()
    {
        var (before, image) = (ElfImage.Make(), ElfImage.Make());
        Assert.Equal(WeakVersionNeedResult.MadeWeak, WeakVersionNeed.Apply(image, ElfImage.Version));
        before[ElfImage.FlagsOf(before)] = 2;
        Assert.Equal(before, image);
    }

    [Fact]
    public void ANeedThatARelocationUsesIsLeft()
    {
        var image = ElfImage.Make(relocated: 2);
        Assert.Equal(WeakVersionNeedResult.Used, WeakVersionNeed.Apply(image, ElfImage.Version));
        Assert.Equal(ElfImage.Make(relocated: 2), image);
    }

    [Fact]
    public void DoingItAgainChangesNothing()
    {
        var image = ElfImage.Make();
        WeakVersionNeed.Apply(image, ElfImage.Version);
        var once = image.ToArray();
        Assert.Equal(WeakVersionNeedResult.AlreadyWeak, WeakVersionNeed.Apply(image, ElfImage.Version));
        Assert.Equal(once, image);
    }

    [Fact]
    public void OtherNeedsAreLeft() => Assert.Equal(WeakVersionNeedResult.NotNeeded, WeakVersionNeed.Apply(ElfImage.Make(needed: "GLIBCXX_3.4.30"), ElfImage.Version));

    [Fact]
    public void WhatIsNoElfFileIsRefused()
    {
        var e = Assert.Throws<InvalidDataException>(() => WeakVersionNeed.Apply(new byte[100], ElfImage.Version));
        Assert.Equal("The file must be a 64-bit little-endian ELF file, but is not.", e.Message);
    }

    [Fact]
    public void AFileThatIsCutShortIsRefused()
    {
        var image = ElfImage.Make();
        Gen.Int[0, image.Length - 1].Sample(length => Assert.Throws<InvalidDataException>(() => WeakVersionNeed.Apply(image[..length], ElfImage.Version)));
    }

    [Fact]
    public void AHardLinkElsewhereKeepsItsContent()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["cached.so"], ElfImage.Make());
        using (var link = Process.Start("ln", [folder["cached.so"], folder["copied.so"]]))
        {
            link.WaitForExit();
            Assert.Equal(0, link.ExitCode);
        }

        Assert.Equal(WeakVersionNeedResult.MadeWeak, WeakVersionNeed.ApplyToFile(folder["copied.so"], ElfImage.Version));
        Assert.Equal(ElfImage.Make(), File.ReadAllBytes(folder["cached.so"]));
        Assert.NotEqual(ElfImage.Make(), File.ReadAllBytes(folder["copied.so"]));
    }

    [Fact]
    public void TheLibraryThatWasBuiltIsPatched()
    {
        if (OperatingSystem.IsLinux())
        {
            var image = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));
            Assert.Equal(WeakVersionNeedResult.AlreadyWeak, WeakVersionNeed.Apply(image, ElfImage.Version));
        }
    }
}
