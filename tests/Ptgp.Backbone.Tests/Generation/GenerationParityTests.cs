using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tokenization;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>What is written equals what the reference writes, token for token.</summary>
public class GenerationParityTests
{
    private static readonly string[] Fixtures =
    [
        "t5-v1_0", "t5-v1_1", "mt5", "bart", "mbart", "marian", "marian-split", "pegasus", "m2m100", "nllb",
        "gpt2", "llama", "llama-rope-scaled", "qwen2", "mistral",
    ];

    public static TheoryData<string, string> Cases => [.. Fixtures.SelectMany(fixture => GoldenCase.All(fixture)
        .Select(each => new TheoryDataRow<string, string>(fixture, each.Name)))];

    [Theory, MemberData(nameof(Cases))]
    public void EveryCaseIsTheReferences(string fixture, string name)
    {
        set_num_threads(1);
        Check(fixture, GoldenCase.All(fixture).Single(each => each.Name == name), CPU);
    }

    [Theory, InlineData("t5-v1_0"), InlineData("marian"), InlineData("llama"), InlineData("mistral")]
    public void SoItIsWhereKeysAreGathered(string fixture)
    {
        set_num_threads(1);
        Assert.All(GoldenCase.All(fixture), golden => Check(fixture, golden, CPU, gathers: true));
    }

    [Fact]
    public void NoOptionIsLeftOut() =>
        Assert.All(Fixtures, fixture => Assert.All(
            GoldenCase.All(fixture).SelectMany(each => each.Asked.Select(option => option.Key)).Except(["prefix_allowed_tokens"]),
            option => Assert.NotNull(typeof(GenerationOptions).GetProperty(string.Concat(option.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))))));

    /// <summary>Writes what a case asks for, on a device, and compares.</summary>
    internal static void Check(string fixture, GoldenCase golden, Device device, bool gathers = false)
    {
        var folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var transformer = folder.LoadTransformer(device, ScalarType.Float32);
        var facts = DecoderFacts.Of(folder.Config) with { MaxLength = int.MaxValue };
        var options = ResolvedOptions.From(golden.Options(fixture), facts);
        var searches = golden.InputIds.Select((ids, row) => DecodingLoop.Begin(new()
        {
            Options = options,
            // Where the decoder writes on from a prompt, the reference's rules see its padding too; what ours see is tested in PromptTests.
            Source = [.. ids.Where((_, at) => facts.WritesOn || golden.AttentionMask[row][at] != 0).Select(id => (int)id)],
            Prefix = golden.Prompts.Length == 0 ? [] : golden.Prompts[row][0] == options.StartId ? golden.Prompts[row][1..] : golden.Prompts[row],
            Rules = golden.Rules(row, options.StartId),
            Stops = options.StopStrings.Count == 0 ? null : new(TokenizerLoader.Load(folder.Path, new()), options.StopStrings),
        })).ToArray();

        var batch = new Batch { Source = Matrix(golden.InputIds).to(device), Mask = Matrix(golden.AttentionMask).to(ScalarType.Bool).to(device) };
        var encoded = transformer.Encode(transformer.Embed(batch));
        DecodingLoop.Write(transformer, encoded, searches, gathers: gathers);

        Assert.All(searches, search => Assert.Null(search.Fault));
        Assert.Equal(golden.Sequences, Filled(searches, GoldenCase.PadId(fixture) ?? folder.Config.PadId));
        var scores = searches.SelectMany(search => search.Results.Select(result => result.Score)).ToArray();
        Assert.All(golden.Scores.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    // The reference fills beams with the end where the padding's id is 0, and greedy rows always with padding.
    private static int[][] Filled(SourceSearch[] searches, int pad)
    {
        var fill = searches[0].Beams > 1 && pad == 0 ? searches[0].Options.EndIds[0] : pad;
        var rows = searches.SelectMany(search => search.Results.Select(result => result.Tokens)).ToArray();
        return [.. rows.Select(row => row.Concat(Enumerable.Repeat(fill, rows.Max(each => each.Length) - row.Length)).ToArray())];
    }

    private static Tensor Matrix(long[][] rows) => tensor(rows.SelectMany(row => row).ToArray()).view(rows.Length, -1);
}
