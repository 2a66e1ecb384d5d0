using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Ptgp.Hosting;

namespace Ptgp.Extensions.AI.Tests;

/// <summary>Speech with a small real checkpoint that hears spoken digits.</summary>
public sealed class PtgpSpeechToTextClientTests : IDisposable
{
    private readonly ClientFolder folder = new("speechtotext", Repository.Fixture("checkpoints", "digits-whisper-tiny"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task WhatIsSaidIsWrittenDownWithItsTimes()
    {
        using var client = new SpeechToTextClientBuilder(new PtgpSpeechToTextClient(await folder.OpenAsync())).UseLogging(NullLoggerFactory.Instance).Build();
        using var sound = Sound();
        var response = await client.GetTextAsync(sound, cancellationToken: Cancellation);
        Assert.Equal("seven", response.Text.Trim());
        Assert.InRange(response.EndTime!.Value - response.StartTime!.Value, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(2));

        using var again = Sound();
        List<SpeechToTextResponseUpdate> updates = [];
        await foreach (var update in client.GetStreamingTextAsync(again, cancellationToken: Cancellation))
        {
            updates.Add(update);
        }

        Assert.Equal((SpeechToTextResponseUpdateKind.SessionOpen, SpeechToTextResponseUpdateKind.SessionClose), (updates[0].Kind, updates[^1].Kind));
        Assert.Equal(response.Text.Trim(), updates.ToSpeechToTextResponse().Text.Trim());
        Assert.Equal("ptgp", client.GetService<SpeechToTextClientMetadata>()!.ProviderName);
    }

    [Fact]
    public async Task WhatIsNoSoundIsRefusedInWordsAndLeavesNoFile()
    {
        using PtgpSpeechToTextClient client = new(await folder.OpenAsync());
        var before = Directory.GetFiles(Path.GetTempPath(), "ptgp-*.sound").Length;
        using MemoryStream noise = new("This is no sound."u8.ToArray());
        await Assert.ThrowsAsync<PtgpException>(() => client.GetTextAsync(noise, cancellationToken: Cancellation));
        using var sound = Sound();
        var other = await Assert.ThrowsAsync<PtgpException>(() => client.GetTextAsync(sound, new() { SpeechLanguage = "de", TextLanguage = "en" }, Cancellation));
        Assert.Contains("'en'", other.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(Path.GetTempPath(), "ptgp-*.sound").Length);
    }

    private static FileStream Sound() => File.OpenRead(Repository.Fixture("audio", "fsdd", "7_jackson_0.wav"));
}
