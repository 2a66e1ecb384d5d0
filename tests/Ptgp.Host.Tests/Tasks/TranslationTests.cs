using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>Translation as the host runs it: on small random checkpoints of the families that are told languages, against the reference, and on the shipped one, whose translations mean something.</summary>
public sealed class TranslationTests : IDisposable
{
    private const string Hat = "A man in an orange hat is staring at something.";

    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");
    private static readonly string Shipped = Path.Combine(Repository.Root, "models", "multi30k-en-de-marian");
    private static readonly GenerationOptions Greedy = new() { NumBeams = 1, MaxNewTokens = 24 };

    private readonly TemporaryFolder folder = new();
    private readonly StringWriter said = new();

    public void Dispose()
    {
        folder.Dispose();
        said.Dispose();
    }

    // The languages are called as other checkpoints call them.
    [Theory]
    [InlineData("mbart", "en", "fra_Latn", "greedy_to_fr_XX", "beam4_to_fr_XX")]
    [InlineData("m2m100", "eng_Latn", "de_DE", "greedy_to_de", "beam4_to_de")]
    [InlineData("m2m100", "English", "French", "greedy_to_fr", "beam4_to_fr")]
    [InlineData("m2m100", "de", "en_XX", "beam4_de_to_en")]
    [InlineData("nllb", "en_XX", "de", "greedy_to_deu_Latn", "beam4_to_deu_Latn")]
    [InlineData("nllb", "__en__", "fr-FR", "greedy_to_fra_Latn", "beam4_to_fra_Latn")]
    [InlineData("nllb", "German", "eng", "beam4_deu_Latn_to_eng_Latn")]
    [InlineData("marian", "en", "fra_Latn", "defaults_fra")]
    [InlineData("marian", "en", "de", "defaults")]
    public async Task WhatIsWrittenInALanguageIsTheReferences(string checkpoint, string from, string to, params string[] names)
    {
        using var host = Host(checkpoint, $"from={from}");
        using var runner = await Open(host);
        var tokenizer = CheckpointFolder.Open(Repository.Fixture("models", checkpoint)).LoadTokenizer();
        foreach (var golden in Cases(checkpoint).Where(golden => names.Contains((string)golden["name"]!)))
        {
            var options = Options(golden["options"]!);
            string[] texts = [.. golden["inputs"]!["text"]!.AsArray().Select(text => WithoutTag((string)text!))];
            var answers = await Task.WhenAll(texts.Select(text => Ask(runner, new { text, to }, options)));
            var expected = golden["sequences"].Deserialize<int[][]>()!.Select(ids => tokenizer.Decode(ids)).ToArray();
            var written = answers.SelectMany(answer => answer["hypotheses"]?.AsArray().ToArray() ?? [answer]).ToArray();
            Assert.Equal(expected, written.Select(one => (string)one!["text"]!));
            if (golden["sequences_scores"].Deserialize<double[]>() is { } scores)
            {
                Assert.Equal(scores, written.Select(one => (double)one!["score"]!), (wanted, score) => Math.Abs(wanted - score) < 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("mbart", "de_DE", "fr_XX", "en_XX")]
    [InlineData("m2m100", "de", "fr", "en")]
    [InlineData("nllb", "de", "fr", "en")]
    [InlineData("marian", "de", "fr", "nl")]
    [InlineData("t5-v1_1", "German", "French", "Romanian")]
    public async Task SeveralLanguagesInOneBatchAreEachAlone(string checkpoint, params string[] languages)
    {
        using var host = Host(checkpoint, "from=en");
        using var runner = await Open(host);
        (string Text, string To)[] asked = [.. languages.SelectMany(to => ((string[])["A man in an orange hat.", "Two dogs run."]).Select(text => (text, to)))];
        var together = await Task.WhenAll(asked.Select(one => Ask(runner, new { text = one.Text, to = one.To }, Greedy)));
        foreach (var (one, answer) in asked.Zip(together))
        {
            var alone = await Ask(runner, new { text = one.Text, to = one.To }, Greedy);
            Assert.Equal((string)alone["text"]!, (string)answer["text"]!);
            Assert.Equal((double)alone["score"]!, (double)answer["score"]!, 1e-3);
            Assert.Equal(one.To, (string)answer["to"]!);
        }

        Assert.True(together.Select(answer => (double)answer["score"]!).Distinct().Count() > languages.Length, "The language must change what is written.");
    }

    [Theory]
    [InlineData("nllb", "Germna", "'deu_Latn' (German)")]
    [InlineData("m2m100", "Frnech", "'__fr__' (French)")]
    public async Task ALanguageThatTheCheckpointLacksIsRefusedWithTheNearest(string checkpoint, string to, string near)
    {
        using var host = Host(checkpoint, "from=en");
        using var runner = await Open(host);
        var fault = await Assert.ThrowsAsync<OptionException>(() => Ask(runner, new { text = "A man.", to }, Greedy));
        Assert.EndsWith($"Did you mean {near}?", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    [InlineData("marian")]
    [InlineData("mbart")]
    [InlineData("m2m100")]
    [InlineData("nllb")]
    public async Task TheTranslationBeginsWithWhatIsGiven(string checkpoint)
    {
        using var host = Host(checkpoint, "from=en", "to=de");
        using var runner = await Open(host);
        foreach (var options in (GenerationOptions[])[Greedy, Greedy with { NumBeams = 3, NumReturnSequences = 3 }])
        {
            List<string> soFar = [];
            var given = "Ein Mann";
            var answer = runner.ToJson(await runner.AnswerAsync(Input(runner, new { text = "A man.", targetPrefix = given + " " }), options, new() { OnSoFar = part => { lock (soFar) { soFar.Add(runner.ToText(part)); } } }, TestContext.Current.CancellationToken));
            var text = (string)answer["text"]!;
            Assert.StartsWith(given, text, StringComparison.Ordinal);
            Assert.All(soFar, part => Assert.StartsWith(part, text.ReplaceLineEndings(" "), StringComparison.Ordinal));
            Assert.All(answer["hypotheses"]?.AsArray() ?? [], one => Assert.StartsWith(given, (string)one!["text"]!, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task WhatIsGivenAndWouldHaveBeenWrittenChangesNothing()
    {
        using var host = Host(Shipped);
        using var runner = await Open(host);
        var whole = (string)(await Ask(runner, new { text = Hat }, Greedy))["text"]!;
        foreach (var given in (string[])["Ein", "Ein Mann mit", "Ein Mann mit orangefarbenem Hut starrt"])
        {
            Assert.Equal(whole, (string)(await Ask(runner, new { text = Hat, targetPrefix = given }, Greedy))["text"]!);
        }
    }

    [Fact]
    public async Task TheWaysToGoOnAreTheLikeliestEachWrittenToItsEnd()
    {
        using var host = Host(Shipped);
        using var runner = await Open(host);
        const string given = "Ein Mann";
        var answer = await Ask(runner, new { text = Hat, targetPrefix = given, returnAlternatives = true, numHypotheses = 4 }, Greedy);
        var all = answer["hypotheses"]!.AsArray().Select(one => (Text: (string)one!["text"]!, Score: (double)one["score"]!)).ToArray();
        Assert.Equal(4, all.Length);
        Assert.Equal((all[0].Text, all[0].Score), ((string)answer["text"]!, (double)answer["score"]!));
        var greedy = await Ask(runner, new { text = Hat, targetPrefix = given }, Greedy);
        Assert.Equal((string)greedy["text"]!, all[0].Text);
        Assert.Equal((double)greedy["score"]!, all[0].Score, 1e-4);
        Assert.Equal(4, all.Select(one => one.Text[..one.Text.IndexOf(' ', given.Length + 1)]).Distinct().Count());
        Assert.All(all, one => Assert.StartsWith(given, one.Text, StringComparison.Ordinal));

        // Written from the way itself, each goes on as it did.
        foreach (var one in all)
        {
            var way = one.Text[..one.Text.IndexOf(' ', given.Length + 1)];
            Assert.Equal(one.Text, (string)(await Ask(runner, new { text = Hat, targetPrefix = way }, Greedy))["text"]!);
        }

        Assert.Equal(1, (await Ask(runner, new { text = Hat, returnAlternatives = true, numHypotheses = 1 }, Greedy))["hypotheses"]?.AsArray().Count ?? 1);
        foreach (var (options, name) in new[] { (Greedy with { NumBeams = 4, ForceWordsIds = [[5]] }, "forceWordsIds"), (Greedy with { Regex = "a+" }, "regex") })
        {
            var fault = await Assert.ThrowsAsync<FormatException>(() => Ask(runner, new { text = Hat, returnAlternatives = true }, options));
            Assert.Equal($"Alternatives and {name} must not stand together: each alternative begins with a likely token, whatever {name} asks for. Leave one out.", fault.Message);
        }
    }

    [Fact]
    public async Task WordsAreAlignedByAttention()
    {
        // The last layer's heads.
        using var host = Host(Shipped, ["alignments=true", .. Enumerable.Range(0, 8).SelectMany(head => (string[])[$"alignmentHeads:{head}:0=2", $"alignmentHeads:{head}:1={head}"])]);
        using var runner = await Open(host);
        var answer = await Ask(runner, new { text = Hat }, Greedy);
        var pairs = answer["alignments"]!.AsArray().Select(pair => $"{pair!["source"]}-{pair["target"]}").ToArray();
        Assert.Equal("Ein Mann mit orangefarbenem Hut starrt auf etwas.", (string)answer["text"]!);
        Assert.Empty(((string[])["man-Mann", "orange-orangefarbenem", "hat-Hut", "staring-starrt", "something-etwas"]).Except(pairs));
    }

    // Each by its own attention.
    [Fact]
    public async Task EveryHypothesisIsAligned()
    {
        using var host = Host(Shipped, ["alignments=true", .. Enumerable.Range(0, 8).SelectMany(head => (string[])[$"alignmentHeads:{head}:0=2", $"alignmentHeads:{head}:1={head}"])]);
        using var runner = await Open(host);
        var answer = await Ask(runner, new { text = Hat }, Greedy with { NumBeams = 4, NumReturnSequences = 4 });
        var hypotheses = answer["hypotheses"]!.AsArray();
        Assert.Equal(4, hypotheses.Count);
        Assert.Equal(answer["alignments"]!.ToJsonString(), hypotheses[0]!["alignments"]!.ToJsonString());
        foreach (var one in hypotheses)
        {
            var text = (string)one!["text"]!;
            var pairs = one["alignments"]!.AsArray();
            Assert.All(pairs, pair => Assert.Equal(((string)pair!["source"]!, (string)pair["target"]!), (Hat[(int)pair["sourceStart"]!..(int)pair["sourceEnd"]!], text[(int)pair["targetStart"]!..(int)pair["targetEnd"]!])));
            Assert.Empty(((string[])["man-Mann", "hat-Hut", "something-etwas"]).Except(pairs.Select(pair => $"{pair!["source"]}-{pair["target"]}")));
        }

        Assert.Equal(4, hypotheses.Select(one => one!["alignments"]!.ToJsonString()).Distinct().Count());
        Assert.Null((await Ask(runner, new { text = Hat, alignments = false }, Greedy with { NumBeams = 2, NumReturnSequences = 2 }))["hypotheses"]![0]!["alignments"]);
    }

    [Theory]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    [InlineData("marian")]
    [InlineData("mbart")]
    [InlineData("nllb")]
    public async Task EveryWordWrittenIsAligned(string checkpoint)
    {
        using var host = Host(checkpoint, "from=en", "to=de", "alignments=true", "alignmentHeads:0:0=1", "alignmentHeads:0:1=0", "splitSentences=true");
        using var runner = await Open(host);
        const string text = "A man in a hat.\nTwo dogs run.";
        var answer = await Ask(runner, new { text }, Greedy with { MaxNewTokens = 8 });
        var written = (string)answer["text"]!;
        var ends = new bool[written.Length];
        Assert.Equal(2, answer["split"]!.AsArray().Count);
        foreach (var pair in answer["alignments"]!.AsArray())
        {
            Assert.Equal((string)pair!["source"]!, text[(int)pair["sourceStart"]!..(int)pair["sourceEnd"]!]);
            Assert.Equal((string)pair["target"]!, written[(int)pair["targetStart"]!..(int)pair["targetEnd"]!]);
            Array.Fill(ends, true, (int)pair["targetStart"]!, ((string)pair["target"]!).Length);
        }

        Assert.All(written.Index(), c => Assert.True(ends[c.Index] || char.IsWhiteSpace(c.Item), $"'{c.Item}' of '{written}' must be aligned."));
    }

    [Fact]
    public async Task HeadsThatAreNotThereAreRefused()
    {
        using var host = Host("marian", "to=de", "alignments=true", "alignmentHeads:0:0=9", "alignmentHeads:0:1=0");
        using var runner = await Open(host);
        var fault = await Assert.ThrowsAsync<OptionException>(() => Ask(runner, new { text = "A man." }, Greedy));
        Assert.StartsWith("'alignmentHeads' must name heads that there are: Attention of head 0 of layer 9 was asked for, but the decoder has 3 layers of 3 heads", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nllb")]
    [InlineData("m2m100")]
    [InlineData("t5-v1_1")]
    [InlineData("marian")]
    public async Task WhatIsUnknownBecomesAWordThatWasRead(string checkpoint)
    {
        var tokenizer = CheckpointFolder.Open(Repository.Fixture("models", checkpoint)).LoadTokenizer();
        using var host = Host(checkpoint, "from=en", "to=de", "replaceUnknown=true");
        using var runner = await Open(host);
        var unknown = new GenerationOptions { NumBeams = 1, MaxNewTokens = 4, SequenceBias = [new([tokenizer.UnknownId!.Value], 1000)] };
        var text = (string)(await Ask(runner, new { text = "man hat dog" }, unknown))["text"]!;
        Assert.All(text.Split(' '), word => Assert.Contains(word, (string[])["man", "hat", "dog"]));
    }

    [Fact]
    public async Task ADocumentIsItsSentencesAndLines()
    {
        using var host = Host(Shipped, "splitSentences=true");
        using var runner = await Open(host);
        string[] sentences = ["A man rides a bike.", "Two dogs play in the snow.", "A girl is singing."];
        var text = $"\n{sentences[0]} {sentences[1]}\n\n  {sentences[2]}\n";
        var answer = await Ask(runner, new { text }, Greedy);
        var alone = await Task.WhenAll(sentences.Select(sentence => Ask(runner, new { text = sentence }, Greedy)));
        Assert.Equal($"\n{alone[0]["text"]} {alone[1]["text"]}\n\n  {alone[2]["text"]}\n", (string)answer["text"]!);
        foreach (var (piece, sentence, one) in answer["split"]!.AsArray().Zip(sentences, alone))
        {
            Assert.Equal((sentence, (string)one["text"]!), ((string)piece!["source"]!, (string)piece["text"]!));
            Assert.Equal(sentence, text.Substring((int)piece["sourceStart"]!, sentence.Length));
            Assert.Equal((string)one["text"]!, ((string)answer["text"]!).Substring((int)piece["targetStart"]!, ((string)one["text"]!).Length));
        }
    }

    [Fact]
    public async Task WhatIsSaidAgainAndAgainIsSaidSo()
    {
        using var host = Host(Shipped, "splitSentences=true");
        using var runner = await Open(host);
        var hund = CheckpointFolder.Open(Shipped).LoadTokenizer().Encode("Hund", new() { IsTarget = true }).Tokens[0].Id;
        var answer = await Ask(runner, new { text = "A dog runs. A man sits." }, Greedy with { MaxNewTokens = 6, SequenceBias = [new([hund], 100)] });
        var (text, repetition) = ((string)answer["text"]!, answer["repetition"]!);
        Assert.Equal(("Hund", 5), ((string)repetition["text"]!, (int)repetition["count"]!));
        Assert.Equal("Hund Hund Hund Hund Hund", text[(int)repetition["start"]!..(int)repetition["end"]!]);
        Assert.Null((await Ask(runner, new { text = Hat }, Greedy))["repetition"]);
    }

    [Fact]
    public async Task ADecoderAloneCannotAlign()
    {
        using var host = Host("gpt2", "alignments=true");
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => host.InspectAsync("translate", TestContext.Current.CancellationToken));
        Assert.Contains("'alignments' needs a backbone whose decoder looks at what was read, but 'base' has none.", fault.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Cases(string checkpoint) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", checkpoint, "golden", "generate.json")))!.AsArray().Select(golden => golden!);

    private static GenerationOptions Options(JsonNode asked) => new()
    {
        MaxLength = (int?)asked["max_length"],
        MaxNewTokens = asked["max_length"] is null ? 20 : null,     // the reference's own default
        NumBeams = (int?)asked["num_beams"],
        EarlyStopping = asked["early_stopping"] is null ? null : EarlyStopping.False,
        NumReturnSequences = (int?)asked["num_return_sequences"],
        ForcedEosTokenId = (int?)asked["forced_eos_token_id"],
    };

    private static string WithoutTag(string text) => text.StartsWith(">>", StringComparison.Ordinal) ? text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..] : text;

    private static object Input(ITaskRunner runner, object input) => runner.ParseJson(JsonSerializer.SerializeToElement(input));

    private static async Task<JsonNode> Ask(ITaskRunner runner, object input, GenerationOptions options) =>
        runner.ToJson(await runner.AnswerAsync(Input(runner, input), options, null, TestContext.Current.CancellationToken));

    private static Task<ITaskRunner> Open(TaskHost host) => host.OpenAsync("translate", TaskUse.Answering, new(), TestContext.Current.CancellationToken);

    private TaskHost Host(string checkpoint, params string[] options)
    {
        var file = folder.Write("ptgp.json", """{ "backbones": { "base": { "checkpoint": "", "device": "cpu" } }, "tasks": { "translate": { "plugin": "translation", "backbone": "base" } } }""");
        var path = Path.IsPathRooted(checkpoint) ? checkpoint : Repository.Fixture("models", checkpoint);
        var configuration = new ConfigurationReader { File = file, Settings = [$"backbones:base:checkpoint={path}", .. options.Select(option => $"tasks:translate:options:{option}")] }.Read();
        return new(configuration, PluginCatalog.Discover([Plugins]), new ConsoleLog(said, isVerbose: false));
    }
}
