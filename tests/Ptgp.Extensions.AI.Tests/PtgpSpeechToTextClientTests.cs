using System.Diagnostics;
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
    public async Task TheLibrarysOwnMiddlewareGoesAroundIt()
    {
        List<string> spans = [];
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "speech", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData, ActivityStopped = activity => spans.Add(activity.DisplayName) };
        ActivitySource.AddActivityListener(listener);
        using var client = new PtgpSpeechToTextClient(await folder.OpenAsync()).AsBuilder()
            .ConfigureOptions(options => options.SpeechLanguage = "en")
            .UseOpenTelemetry(NullLoggerFactory.Instance, "speech")
            .UseLogging(NullLoggerFactory.Instance)
            .Build();
        using var sound = Sound();
        Assert.Equal("seven", (await client.GetTextAsync(sound, cancellationToken: Cancellation)).Text.Trim());
        using var again = Sound();
        var updates = await client.GetStreamingTextAsync(again, cancellationToken: Cancellation).ToListAsync(Cancellation);
        Assert.Equal("seven", updates.ToSpeechToTextResponse().Text.Trim());
        Assert.Equal(2, spans.Count);
        Assert.NotNull(client.GetService<PtgpSpeechToTextClient>());
    }

    [Fact]
    public async Task SegmentsComeAsTheyAreWritten()
    {
        using PtgpSpeechToTextClient client = new(await folder.OpenAsync());
        var one = await File.ReadAllBytesAsync(Repository.Fixture("audio", "fsdd", "7_jackson_0.wav"), Cancellation);
        byte[] row = [.. one, .. Enumerable.Range(0, 11).SelectMany(_ => new byte[16_000].Concat(one[44..]))];
        BitConverter.TryWriteBytes(row.AsSpan(4), row.Length - 8);
        BitConverter.TryWriteBytes(row.AsSpan(40), row.Length - 44);
        using MemoryStream sound = new(row);
        List<SpeechToTextResponseUpdate> updates = [];
        await foreach (var update in client.GetStreamingTextAsync(sound, cancellationToken: Cancellation))
        {
            updates.Add(update);
            if (updates.Count == 4)
            {
                break;
            }
        }

        // Who goes away early waits for no more, and leaves no file.
        var texts = updates.Where(update => update.Kind == SpeechToTextResponseUpdateKind.TextUpdated).ToArray();
        Assert.Equal(3, texts.Length);
        Assert.Equal(texts.Select(update => update.StartTime).Order(), texts.Select(update => update.StartTime));
        Assert.All(texts, update => Assert.InRange(update.EndTime!.Value, update.StartTime!.Value, TimeSpan.FromMinutes(1)));
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
