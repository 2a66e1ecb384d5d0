using System.Runtime.InteropServices;
using Ptgp.Backbone.Native;

namespace Ptgp.Backbone.Tests.Native;

public sealed unsafe partial class FreedMemoryTests
{
    private const int Blocks = 256, Kept = 8, Size = 100_000;

    [Fact]
    public void HolesBetweenWhatLivesOnAreHandedBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out _), "Only glibc can hand memory back.");
        var blocks = new nint[Blocks];
        for (var i = 0; i < Blocks; i++)
        {
            blocks[i] = (nint)NativeMemory.Alloc(Size);
            new Span<byte>((void*)blocks[i], Size).Fill((byte)i);
        }

        foreach (var (i, block) in blocks.Index())
        {
            if (i % Kept != 0)
            {
                NativeMemory.Free((void*)block);
            }
        }

        FreedMemory.GiveBack();
        var freed = blocks.Where((_, i) => i % Kept != 0).Sum(Resident);
        var kept = blocks.Where((_, i) => i % Kept == 0).Sum(Resident);
        // What other tests take meanwhile may lie there.
        Assert.InRange(freed, 0, (Blocks - (Blocks / Kept)) * Pages / 2);
        Assert.Equal(Blocks / Kept * Pages, kept);
        foreach (var (i, block) in blocks.Index().Where(pair => pair.Index % Kept == 0))
        {
            Assert.True(new Span<byte>((void*)block, Size).IndexOfAnyExcept((byte)i) < 0);
            NativeMemory.Free((void*)block);
        }
    }

    // Whole pages of a block.
    private static long Pages => (Size / Environment.SystemPageSize) - 1;

    private static long Resident(nint block)
    {
        var page = (nint)Environment.SystemPageSize;
        Span<byte> states = stackalloc byte[(int)Pages];
        fixed (byte* first = states)
        {
            return mincore((block + page - 1) / page * page, (nuint)(Pages * page), first) == 0 ? states.ToArray().Count(state => (state & 1) != 0) : 0;
        }
    }

    [LibraryImport("libc")]
    private static partial int mincore(nint address, nuint length, byte* states);
}
