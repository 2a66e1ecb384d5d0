namespace Ptgp.SpeechToText.Tests.Readers.Audio;

/// <summary>Damages files, and checks that they are either read or refused, in little time and memory.</summary>
internal static class Mutation
{
    private const int MostSamples = 4_000_000, MostBytes = 64_000_000;

    /// <summary>Changes some bytes and the length, then decodes.</summary>
    public static bool IsHarmless(byte[] file, (int Place, byte Value)[] changes, int length)
    {
        file = file[..Math.Min(length, file.Length)];
        foreach (var (place, value) in changes.Where(change => change.Place < file.Length))
        {
            file[place] = value;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var (_, channels) = Decoding.All(file);
            Assert.InRange(channels.Sum(channel => channel.Length), 0, MostSamples);
            Assert.All(channels, channel => Assert.All(channel, sample => Assert.True(float.IsFinite(sample))));
        }
        catch (InvalidDataException fault)
        {
            Assert.StartsWith("it(byte ", fault.Message, StringComparison.Ordinal);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return true;
    }
}
