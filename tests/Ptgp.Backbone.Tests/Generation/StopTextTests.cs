using CsCheck;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tokenization;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Stop strings end what is written, wherever the borders of tokens lie, and a time budget does too.</summary>
public sealed class StopTextTests : IDisposable
{
    private readonly EngineBench bench = new("gpt2");

    public void Dispose() => bench.Dispose();

    [Theory, InlineData(1), InlineData(3)]
    public async Task TheTextEndsBeforeTheStringAndPiecesJoinedAreTheText(int beams)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var options = new GenerationOptions { NumBeams = beams, MaxNewTokens = 24 };
            var free = await bench.WriteAsync(bench.Request(seed, options), Cancellation);

            // Every three characters of what is written freely: they begin and end within tokens and across.
            for (var at = 2; at + 3 < free.Best.Text.Length; at += 5)
            {
                var stop = free.Best.Text.Substring(at, 3);
                if (stop.Contains('\uFFFD', StringComparison.Ordinal))
                {
                    continue;
                }

                List<string> pieces = [];
                var request = bench.Request(seed, options with { StopStrings = [stop, "never there"] }) with { OnPiece = piece => pieces.Add(piece.Text) };
                var written = await bench.WriteAsync(request, Cancellation);
                Assert.DoesNotContain(stop, written.Best.Text, StringComparison.Ordinal);
                Assert.Equal(written.Best.Text, string.Concat(pieces));
                if (beams == 1)
                {
                    var before = free.Best.Text.IndexOf(stop, StringComparison.Ordinal);
                    Assert.Equal(free.Best.Text[..before], written.Best.Text);
                    Assert.Equal(free.Best.Ids.Take(written.Best.Ids.Count), written.Best.Ids);
                    Assert.Contains(stop, bench.Tokenizer.Decode(written.Best.Ids), StringComparison.Ordinal);
                    Assert.DoesNotContain(stop, bench.Tokenizer.Decode(written.Best.Ids.SkipLast(1)), StringComparison.Ordinal);
                    Assert.Equal(FinishReason.End, written.Best.Finish);
                }
            }
        }
    }

    [Fact]
    public void HoweverATextComesWhatIsToldIsWhatStandsBeforeTheFirstString() => Gen.Select(Gen.String[Gen.Char["ab"], 0, 20], Gen.String[Gen.Char["ab"], 1, 4].Array[1, 3], Gen.Int[1, 4].Array[20]).Sample((text, strings, cuts) =>
    {
        var stops = new StopText(bench.Tokenizer, strings);
        var (told, held, at) = ("", "", 0);
        foreach (var cut in cuts)
        {
            held += text.Substring(at, Math.Min(cut, text.Length - at));
            at = Math.Min(text.Length, at + cut);
            var safe = stops.Safe(held);
            (told, held) = (told + held[..safe], held[safe..]);
        }

        Assert.Equal(stops.Cut(text), told + stops.Cut(held));
    }, iter: 500);

    [Fact]
    public async Task SampledTextStopsToo()
    {
        var options = new GenerationOptions { DoSample = true, Seed = 4, MaxNewTokens = 40, NumReturnSequences = 3, TopK = 0 };
        var free = await bench.WriteAsync(bench.Request(1, options), Cancellation);
        var written = await bench.WriteAsync(bench.Request(1, options with { StopStrings = ["e"] }), Cancellation);
        Assert.Equal(
            free.Hypotheses.Select(each => each.Text.Split('e')[0]).Order(StringComparer.Ordinal),
            written.Hypotheses.Select(each => each.Text).Order(StringComparer.Ordinal));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void WhenTheTimeIsOverTheNextTokenIsTheLast(int beams)
    {
        var clock = new Clock();
        var options = ResolvedOptions.From(new() { NumBeams = beams, MaxNewTokens = 50, MaxTime = 2.5 }, new(8, 0, 1));
        var search = DecodingLoop.Begin(new() { Options = options, Clock = clock });
        TableDecoding state = new(8, (_, written) =>
        {
            clock.Seconds++;
            return [.. Enumerable.Range(0, 8).Select(id => id == 1 ? float.NegativeInfinity : id + (written.Count * 0.1f))];
        });
        state.Run(search);
        Assert.Equal(FinishReason.Length, search.Results[0].Finish);
        Assert.Equal(beams == 1 ? 4 : 2, search.Results[0].Tokens.Length);          // each row's scores take a second
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
