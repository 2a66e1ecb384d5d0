using System.Text.Json;
using System.Text.Json.Nodes;

using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tests.Audio;
using Ptgp.Toolkit.Audio;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>What is written to thirty seconds of sound without time marks equals what the reference writes. Time marks and longer sound are the speech task's.</summary>
public class WhisperGenerationTests
{
    private static readonly string[] Handled =
        ["language", "task", "num_beams", "num_return_sequences", "length_penalty", "max_new_tokens", "repetition_penalty", "no_repeat_ngram_size", "return_dict_in_generate", "output_scores"];

    public static TheoryData<string, string> Cases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["options"]!.AsObject().All(option => Handled.Contains(option.Key)) && (fixture == "whisper-en" || Language(each) is not null) && each["inputs"]!["long"] is null)
        .Select(each => new TheoryDataRow<string, string>(fixture, (string)each["name"]!)))];

    [Theory, MemberData(nameof(Cases))]
    public void EveryCaseIsTheReferences(string fixture, string name) => Check(fixture, name, gathers: false);

    [Fact]
    public void SoItIsWhereKeysAreGathered() =>
        Assert.All(Cases.Select(each => each.Data).Where(each => each.Item1 == "whisper-en").Take(3), each => Check(each.Item1, each.Item2, gathers: true));

    private static void Check(string fixture, string name, bool gathers)
    {
        set_num_threads(1);
        var golden = All(fixture).Single(each => (string)each["name"]! == name);
        var folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        var tokenizer = folder.LoadTokenizer();
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var transformer = folder.LoadTransformer(CPU, ScalarType.Float32);

        int[] given = [.. Prompt(golden, tokenizer), .. Start(golden, fixture, tokenizer)];
        var asked = GoldenCase.Read(golden["options"]!.AsObject()) with { MaxNewTokens = (int?)golden["options"]!["max_new_tokens"], DecoderStartTokenId = given[0] };
        var options = ResolvedOptions.From(asked.Or(folder.Generation), DecoderFacts.Of(folder.Config));
        var sounds = golden["inputs"]!["audio"]!.AsArray().Select(each => new LogMel(folder.Config.FrameWidth).Of(Sound.Assemble(fixture, (string)each!))).ToArray();
        var searches = sounds.Select(_ => DecodingLoop.Begin(new() { Options = options, Prefix = given[1..] })).ToArray();
        var frames = cat([.. sounds.Select(sound => tensor(sound).view(1, 3000, folder.Config.FrameWidth))], 0);
        var encoded = transformer.Encode(transformer.Embed(new() { Source = frames, Mask = ones(sounds.Length, 3000, dtype: ScalarType.Bool) }));
        DecodingLoop.Write(transformer, encoded, searches, gathers: gathers);

        Assert.All(searches, search => Assert.Null(search.Fault));
        // The reference gives prompt and end with some options and without them with others, and its second best is the best once more.
        var marks = Id("notimestamps", tokenizer);
        var expected = golden["sequences"].Deserialize<int[][]>()!.Take(searches.Length).Select(ids => Window(Bare(ids, given, folder.Config.EndId), marks));
        Assert.Equal(expected, searches.Select(search => Window(Bare(search.Results[0].Tokens, given, folder.Config.EndId), marks)));
    }

    // Where two time marks are neighbours the reference's loop listens anew, also when it was asked for none.
    private static int[] Window(int[] ids, int marks)
    {
        var pair = Enumerable.Range(0, Math.Max(0, ids.Length - 1)).FirstOrDefault(at => ids[at] > marks && ids[at + 1] > marks, ids.Length);
        return ids[..Math.Min(ids.Length, pair + 2)];
    }

    private static int[] Bare(int[] ids, int[] given, int end)
    {
        var rest = ids.AsSpan().StartsWith(given) ? ids.AsSpan(given.Length) : ids;
        return rest.TrimEnd(end).ToArray();
    }

    private static int[] Start(JsonNode golden, string fixture, ITokenizer tokenizer) => fixture == "whisper-en"
        ? [Id("startoftranscript", tokenizer), Id("notimestamps", tokenizer)]
        : [Id("startoftranscript", tokenizer), Id(Language(golden)!, tokenizer), Id((string?)golden["options"]!["task"] ?? "transcribe", tokenizer), Id("notimestamps", tokenizer)];

    private static int[] Prompt(JsonNode golden, ITokenizer tokenizer) => (string?)golden["inputs"]!["prompt"] is { } prompt
        ? [Id("startofprev", tokenizer), .. tokenizer.Encode(" " + prompt.Trim(), new() { AddSpecialTokens = false }).Ids]
        : [];

    private static int Id(string name, ITokenizer tokenizer) => tokenizer.TryFind($"<|{name}|>", out var id) ? id : throw new InvalidOperationException($"There must be a token '{name}'.");

    // Other languages are detected, which is the speech task's.
    private static string? Language(JsonNode golden) => (string?)golden["options"]!["language"] switch
    {
        null => null,
        "german" => "de",
        var code => code.Trim('<', '|', '>'),
    };

    private static IEnumerable<JsonNode> All(string fixture) =>
        JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "generate.json")))!.AsArray().OfType<JsonNode>();
}
