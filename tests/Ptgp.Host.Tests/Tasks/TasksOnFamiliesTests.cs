using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>Every task is asked on a small checkpoint of every family: it answers, or is refused for what the family is. <c>docs/tasks.md</c> shows which.</summary>
public sealed class TasksOnFamiliesTests : IDisposable
{
    private static readonly PluginCatalog Catalog = PluginCatalog.Discover(
        [Path.Combine(Repository.BuiltHost, "plugins")]);

    // The page's columns: settings, and what is asked.
    private static readonly Dictionary<string, (string Settings, string Input)> Columns = new(StringComparer.Ordinal)
    {
        ["translation"] = (""" "plugin": "translation", "options": { "from": "en", "to": "de" } """, """{"text": "Two dogs."}"""),
        ["summarization"] = (""" "plugin": "summarization" """, """{"text": "Two dogs play. A man looks."}"""),
        ["qa, quoted"] = (""" "plugin": "qa" """, """{"question": "Who?", "context": "Two dogs play."}"""),
        ["qa, written"] = (""" "plugin": "qa", "options": { "mode": "generative" } """, """{"question": "Who?", "context": "Two dogs play."}"""),
        ["textgeneration"] = (""" "plugin": "textgeneration" """, """{"prompt": "Two"}"""),
        ["speechtotext"] = (""" "plugin": "speechtotext", "options": { "temperature": [0] } """, new JsonObject { ["audio"] = Repository.Fixture("audio", "0_george_2-16k.wav") }.ToJsonString()),
    };

    // The page's rows: small checkpoints, and one that is drawn here because the fixtures have none.
    private static readonly Dictionary<string, string[]> Rows = new(StringComparer.Ordinal)
    {
        ["T5 1.0, 1.1"] = ["t5-v1_0", "t5-v1_1"],
        ["mT5"] = ["mt5"],
        ["BART"] = ["bart"],
        ["mBART"] = ["mbart"],
        ["Marian"] = ["marian", "marian-split"],
        ["Pegasus"] = ["pegasus"],
        ["M2M-100"] = ["m2m100"],
        ["NLLB-200"] = ["nllb"],
        ["Whisper"] = ["whisper", "whisper-en"],
        ["GPT-2"] = ["gpt2"],
        ["Llama"] = ["llama", "llama-rope-scaled"],
        ["Qwen 2"] = ["qwen2"],
        ["Mistral"] = ["mistral"],
        ["Transformer-XL"] = ["transfo-xl"],
        ["BERT"] = ["bert", "bert-cased", "bert-qa"],
        ["RoBERTa, XLM-R"] = ["roberta", "roberta-classifier"],
        ["DistilBERT"] = ["distilbert", "distilbert-ner"],
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Checkpoints => [.. Rows.SelectMany(row => row.Value.Select(checkpoint => new TheoryDataRow<string, string>(row.Key, checkpoint)))];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public async Task ThePageShowsWhatAnswers(string row, string checkpoint)
    {
        using TaskHost host = new(new ConfigurationReader { File = Configuration(PathOf(checkpoint)) }.Read(), Catalog, new ConsoleLog(TextWriter.Null, isVerbose: false));
        List<string> cells = [row];
        foreach (var (column, (_, input)) in Columns)
        {
            cells.Add(await AnswersAsync(host, column, input) ? "yes" : "");
        }

        Assert.Contains($"| {string.Join(" | ", cells)} |".Replace("|  |", "| |", StringComparison.Ordinal).Replace("|  |", "| |", StringComparison.Ordinal), Table());
    }

    [Fact]
    public void EveryFamilyHasARow()
    {
        string[] seen = [.. Rows.Values.SelectMany(all => all).Select(checkpoint => CheckpointFolder.Open(PathOf(checkpoint)).Family.Name)];
        Assert.Empty(Family.All.Select(family => family.Name).Except(seen));
        Assert.Equal($"| | {string.Join(" | ", Columns.Keys)} |", Table()[0]);
        Assert.Equal(Rows.Count, Table().Length - 2);
    }

    // What a family is refused for is said before anything is loaded.
    private static async Task<bool> AnswersAsync(TaskHost host, string task, string input)
    {
        var fault = (await host.FindFitsAsync(task, TestContext.Current.CancellationToken)).Single().Fault;
        if (fault is not null)
        {
            await Assert.ThrowsAsync<ConfigurationException>(() => host.OpenAsync(task, TaskUse.Answering, new(), TestContext.Current.CancellationToken));
            return false;
        }

        using var runner = await host.OpenAsync(task, TaskUse.Answering, new(), TestContext.Current.CancellationToken);
        var answer = runner.ToJson(await runner.AnswerAsync(runner.ParseJson(JsonElement.Parse(input)), new() { MaxNewTokens = 4 }, null, TestContext.Current.CancellationToken));
        return (string?)(answer["text"] ?? answer["answer"]) is not null;
    }

    private static string[] Table() => [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "tasks.md")).SkipWhile(line => line != "<!-- tasks by families -->").Skip(1).TakeWhile(line => line != "<!-- end -->")];

    private string Configuration(string checkpoint) => folder.Write("ptgp.json", $$"""
        {
          "backbones": { "base": { "checkpoint": {{JsonValue.Create(checkpoint).ToJsonString()}}, "device": "cpu", "threads": 1 } },
          "tasks": { {{string.Join(", ", Columns.Select(column => $"\"{column.Key}\": {{ {column.Value.Settings}, \"backbone\": \"base\" }}"))}} }
        }
        """);

    private string PathOf(string checkpoint) => checkpoint == "transfo-xl" ? Drawn() : Repository.Fixture("models", checkpoint);

    private string Drawn()
    {
        folder.Write("transfo-xl/config.json", """
            {"model_type": "transfo-xl", "vocab_size": 701, "cutoffs": [80, 200], "d_model": 10, "d_embed": 9, "div_val": 3, "n_head": 2, "d_head": 7, "d_inner": 13, "n_layer": 2,
             "mem_len": 5, "clamp_len": 4, "same_length": true, "untie_r": true, "pre_lnorm": false, "tie_projs": [false, true, true], "dropout": 0.1, "eos_token_id": 700}
            """);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(Repository.Fixture("models", "gpt2", file), folder[$"transfo-xl/{file}"]);
        }

        using var scope = NewDisposeScope();
        var empty = CheckpointFolder.Open(folder["transfo-xl"]);
        using Transformer drawn = new(empty.Config, new FreshParameters());
        empty.Save(drawn, folder["drawn"]);
        return folder["drawn"];
    }
}
