namespace Ptgp.SpeechToText.Audio;

/// <summary>What is taken for sound: beyond these, a header is damaged or means harm.</summary>
internal static class SoundLimits
{
    public const int MostChannels = 64, LowestRate = 1_000, HighestRate = 768_000;

    /// <summary>Refuses a header that says otherwise.</summary>
    public static void Check(ByteReader file, long place, long channels, long rate)
    {
        if (channels is < 1 or > MostChannels)
        {
            throw file.Fault(place, $"sound must have 1 to {MostChannels} channels, but has {channels}.");
        }

        if (rate is < LowestRate or > HighestRate)
        {
            throw file.Fault(place, $"sound must have {LowestRate} to {HighestRate} samples a second, but has {rate}.");
        }
    }
}
