using Ptgp.SpeechToText.Audio;

namespace Ptgp.SpeechToText.Tests.Readers.Audio;

/// <summary>Decodes what is in memory.</summary>
internal static class Decoding
{
    /// <summary>Decodes to the end, without resampling; answers the samples of each channel.</summary>
    public static (int Rate, float[][] Channels) All(byte[] bytes, int atOnce = 1000)
    {
        using var decoder = AudioFormat.Decoder(new(new MemoryStream(bytes), "it"));
        var channels = Enumerable.Range(0, decoder.Channels).Select(_ => new List<float>()).ToArray();
        var place = new float[atOnce * decoder.Channels];
        for (var count = decoder.Read(place); count > 0; count = decoder.Read(place))
        {
            for (var i = 0; i < count * channels.Length; i++)
            {
                channels[i % channels.Length].Add(place[i]);
            }
        }

        return (decoder.Rate, [.. channels.Select(channel => channel.ToArray())]);
    }
}
