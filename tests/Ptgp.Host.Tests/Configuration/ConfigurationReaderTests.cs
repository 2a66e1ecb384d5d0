using Ptgp.Host.Configuration;
using Ptgp.Host.Hub;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private const string Whole = """
        {
          // comments are allowed,
          "backbones": { "base": { "checkpoint": "model", "device": "cuda:1", "dtype": "bfloat16", "threads": 2 } },
          "tasks": {
            "en-de": {
              "plugin": "translation", "backbone": "base", "options": { "from": "en" },
              "generation": { "numBeams": 4, "earlyStopping": "never", "badWordsIds": [[1, 2], [3]], "eosTokenId": 7, "exponentialDecayLengthPenalty": [5, 1.5] },
            },
          }, /* and trailing commas */
        }
        """;

    [Fact]
    public void AwholeFileIsRead()
    {
        using var folder = new ConfigurationFolder(Whole);
        var read = folder.Read();

        var backbone = Assert.Single(read.Backbones);
        Assert.Equal("base", backbone.Key);
        Assert.Equal(new() { Checkpoint = Path.Combine(folder.Path, "model"), Device = "cuda:1", Dtype = DtypeChoice.Bfloat16, Threads = 2 }, backbone.Value);
        var task = read.Tasks["EN-DE"];
        Assert.Equal(("translation", "base", null), (task.Plugin, task.Backbone, task.Adapter));
        Assert.Equal("en", task.Options!["from"]);
        Assert.Equal(4, task.Generation.NumBeams);
        Assert.Equal(EarlyStopping.Never, task.Generation.EarlyStopping);
        Assert.Equal([[1, 2], [3]], task.Generation.BadWordsIds!);
        Assert.Equal([7], task.Generation.EosTokenId!);
        Assert.Equal(new ExponentialDecay(5, 1.5), task.Generation.ExponentialDecayLengthPenalty);
        Assert.Equal(PluginTrust.Any, read.Plugins.Trust);
        Assert.Equal([Path.Combine(AppContext.BaseDirectory, "plugins")], read.PluginFolders);
    }

    [Fact]
    public void TheCommandLineStandsAgainstTheEnvironmentAndThatAgainstTheFile()
    {
        using var folder = new ConfigurationFolder(Whole);
        var environment = new Dictionary<string, string> { ["PTGP__tasks__en-de__generation__numBeams"] = "2", ["PTGP__backbones__base__threads"] = "3", ["PTGP_OTHER"] = "x" };
        var read = (folder.Reader("tasks:en-de:generation:numBeams=1", "tasks:en-de:generation:badWordsIds=[[9]]", "tasks:en-de:generation:earlyStopping=true") with { Environment = environment }).Read();

        var generation = read.Tasks["en-de"].Generation;
        Assert.Equal(1, generation.NumBeams);
        Assert.Equal([[9]], generation.BadWordsIds!);
        Assert.Equal(EarlyStopping.True, generation.EarlyStopping);
        Assert.Equal(3, read.Backbones["base"].Threads);
    }

    [Fact]
    public void NullTakesBackWhatWeakerOnesSay()
    {
        using var folder = new ConfigurationFolder(Whole);
        var environment = new Dictionary<string, string> { ["PTGP__tasks__en-de__generation__numBeams"] = "null", ["PTGP__tasks__en-de__generation__minLength"] = "5" };
        string[] settings =
            ["TASKS:en-de:generation:BADWORDSIDS=null", "tasks:en-de:generation:minLength=null", "tasks:en-de:options=null", "backbones:base:threads=null", "backbones:base:threads=4", "tasks:en-de:adapter=null"];
        var read = (folder.Reader(settings) with { Environment = environment }).Read();
        var task = read.Tasks["en-de"];
        Assert.Equal((null, null, null, EarlyStopping.Never), (task.Generation.NumBeams, task.Generation.MinLength, task.Generation.BadWordsIds, task.Generation.EarlyStopping));
        Assert.Equal((null, 4), (task.Options?["from"], read.Backbones["base"].Threads));
        Assert.Equal(2, folder.Read("tasks:en-de:generation=null", "tasks:en-de:generation:numBeams=2").Tasks["en-de"].Generation is { EarlyStopping: null } anew ? anew.NumBeams : 0);
        Assert.Null(folder.Read("tasks:en-de:generation:numBeams=2", "tasks:en-de:generation=null").Tasks["en-de"].Generation.NumBeams);
        Assert.Empty(folder.Read("tasks:en-de=null").Tasks);
        Assert.Equal(["tasks:en-de:plugin (from --set) must be given: text."], folder.Faults("tasks:en-de:plugin=null"));
    }

    [Fact]
    public void WhatIsEmptyIsNotTakenForUnset()
    {
        using var folder = new ConfigurationFolder(Whole);
        Assert.Equal("", folder.Read("tasks:en-de:options:from=").Tasks["en-de"].Options!["from"]);
        Assert.Equal(
            [
                "tasks:en-de:generation:numBeams (from --set) must be a whole number, but is ''. To unset it, write null.",
                "tasks:en-de:adapter (from --set) must name a folder, but is empty. To unset it, write null.",
            ],
            folder.Faults("tasks:en-de:generation:numBeams=", "tasks:en-de:adapter="));
    }

    [Fact]
    public void BrokenJsonOfASettingIsSaidInWords()
    {
        using var folder = new ConfigurationFolder(Whole);
        Assert.Equal(
            [
                "tasks:en-de:generation:exponentialDecayLengthPenalty (from --set) must be an object, but it has a key twice: '{\"start\":1,\"start\":2}'.",
                "tasks:en-de:generation:stopStrings (from --set) must be a list, but at character 6 stands ']', which cannot stand there: a comma has something behind it: '[\"a\",]'.",
                "tasks:en-de:generation:suppressTokens (from --set) must be a list, but it ends at character 3, where the '[' of character 1 is still open: '[1,'.",
                "tasks:en-de:generation:jsonSchema (from --set) must be JSON, but it ends at character 1, where the '{' of character 1 is still open.",
            ],
            folder.Faults(
                "tasks:en-de:generation:suppressTokens=[1,", "tasks:en-de:generation:stopStrings=[\"a\",]", "tasks:en-de:generation:exponentialDecayLengthPenalty={\"start\":1,\"start\":2}", "tasks:en-de:generation:jsonSchema={"));
        Assert.Equal(["[end]"], folder.Read("tasks:en-de:generation:stopStrings=[end]").Tasks["en-de"].Generation.StopStrings!);
    }

    [Fact]
    public void AListWithinAListHasItsBrackets()
    {
        using var folder = new ConfigurationFolder(Whole);
        Assert.Equal(
            [
                "tasks:en-de:generation:forceAnyWordsIds:0:0 (from --set) must be a list, but is '70'.",
                "tasks:en-de:generation:forceWordsIds:0 (from --set) must be a list, but is '246'.",
            ],
            folder.Faults("tasks:en-de:generation:forceWordsIds=[246,[3]]", "tasks:en-de:generation:forceAnyWordsIds=[[70],[[3]]]"));
    }

    [Fact]
    public void AListWithAWrongItemIsNoHalfList()
    {
        using var folder = new ConfigurationFolder(Whole);
        Assert.Equal(
            ["tasks:en-de:generation:sequenceBias:0:id (from --set) is not known. Did you mean 'ids'?", "tasks:en-de:generation:sequenceBias:0:ids (from --set) must be given: a list."],
            folder.Faults("tasks:en-de:generation:sequenceBias=[{\"id\":[5],\"bias\":1},{\"ids\":[6],\"bias\":1}]"));
        Assert.Equal(2, folder.Faults("tasks:en-de:generation:sequenceBias=[null]").Length);
    }

    [Theory]
    [InlineData("tasks:en-de:generation={\"numBeams\":1}", "tasks:en-de:generation:numBeams=99")]
    [InlineData("tasks:en-de:generation:NUMBEAMS=99", "TASKS:en-de:generation={\"numBeams\":1}")]
    public void APartIsNotGivenBesideItsWhole(string first, string second)
    {
        using var folder = new ConfigurationFolder(Whole);
        var fault = Assert.ThrowsAny<ConfigurationException>(() => folder.Read(first, second));
        Assert.Contains("which is a part of it", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARelativePathBeginsWhereItWasWritten()
    {
        using var folder = new ConfigurationFolder(Whole);
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder.Path, "elsewhere")).FullName;
        var trained = Directory.CreateDirectory(Path.Combine(elsewhere, "trained")).FullName;
        var read = (folder.Reader("tasks:en-de:adapter=trained") with { File = folder.File, WorkingFolder = elsewhere }).Read();

        Assert.Equal(Path.Combine(folder.Path, "model"), read.Backbones["base"].Checkpoint);
        Assert.Equal(trained, read.Tasks["en-de"].Adapter);
    }

    [Fact]
    public void EveryFaultIsInOneMessage()
    {
        using var folder = new ConfigurationFolder("""
            {
              "plugin": { },
              "plugins": { "folders": ["nowhere"], "trust": "lised" },
              "backbones": { "base": { "checkpoint": "missing", "device": "gpu", "threads": 0 }, "other": { "dtype": "int4" } },
              "tasks": {
                "en-de": { "plugin": "translation", "backbone": "bas", "generation": { "numBeam": 4, "lengthPenalty": "long", "noRepeatNgramSize": 2.5, "repetitionPenalty": 0, "maxLength": [1] } },
                "tldr": { "plugin": "sumarization", "backbone": "base", "adapter": "ptgp.json", "generation": 5 },
                "qa": [1],
              }
            }
            """);
        var faults = folder.Faults(folder.Reader() with { FindPlugins = _ => ["translation", "summarization"] });

        Assert.Equal(
        [
            $"backbones:base:checkpoint must name a folder, but there is nothing at '{folder.Path}/missing'.",
            "backbones:base:device must be 'auto', 'cpu', 'cuda' or 'cuda:N', but is 'gpu'.",
            "backbones:base:threads must be from 1 to 1024, but is 0.",
            "backbones:other:checkpoint must be given: text.",
            "backbones:other:dtype must be 'auto' or 'float32' or 'bfloat16' or 'float16' or 'int8', but is 'int4'. Did you mean 'int8'?",
            "plugin is not known. Did you mean 'plugins'?",
            $"plugins:folders:0 must name a folder, but there is nothing at '{folder.Path}/nowhere'.",
            "plugins:trust must be 'any' or 'listed', but is 'lised'. Did you mean 'listed'?",
            "tasks:en-de:backbone must name one of 'backbones', but is 'bas'. Did you mean 'base'?",
            "tasks:en-de:generation:lengthPenalty must be a number, but is 'long'.",
            "tasks:en-de:generation:maxLength must be a whole number, but is a list.",
            "tasks:en-de:generation:noRepeatNgramSize must be a whole number, but is '2.5'.",
            "tasks:en-de:generation:numBeam is not known. Did you mean 'numBeams'?",
            "tasks:en-de:generation:repetitionPenalty must be above 0, but is 0.",
            "tasks:qa:0 is not known. Known here: plugin, backbone, adapter, options, weight, generation.",
            "tasks:qa:backbone must be given: text.",
            "tasks:qa:plugin must be given: text.",
            $"tasks:tldr:adapter must name a folder, but there is a file at '{folder.File}'.",
            "tasks:tldr:generation must be an object, but is '5'.",
            "tasks:tldr:plugin must name a plugin, but is 'sumarization'. Did you mean 'summarization'? See 'ptgp plugins'.",
        ],
        faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AFaultFromElsewhereThanTheFileNamesItsOrigin()
    {
        using var folder = new ConfigurationFolder(Whole);
        var reader = folder.Reader("tasks:en-de:generation:numBeams=99", "backbones:base:checkpoint=gone", "tasks:new:plugin=translation")
            with
        { Environment = new Dictionary<string, string> { ["PTGP__tasks__en-de__generation__minlenght"] = "1" } };

        Assert.Equal(
        [
            $"backbones:base:checkpoint (from --set) must name a folder, but there is nothing at '{folder.Path}/gone'.",
            "tasks:en-de:generation:minlenght (from environment variable PTGP__tasks__en-de__generation__minlenght) is not known. Did you mean 'minLength'?",
            "tasks:en-de:generation:numBeams (from --set) must be from 1 to 64, but is 99.",
            "tasks:new:backbone (from --set) must be given: text.",
        ],
        folder.Faults(reader).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AnEmptyBackboneOrTaskLacksWhatItMustHave()
    {
        using var folder = new ConfigurationFolder("""{ "backbones": { "base": {} }, "tasks": { "t": {} } }""");
        Assert.Equal(["backbones:base:checkpoint must be given: text.", "tasks:t:backbone must be given: text.", "tasks:t:plugin must be given: text."], folder.Faults().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ABackboneIsMissedWhenNoneIsConfigured()
    {
        using var folder = new ConfigurationFolder("""{ "tasks": { "t": { "plugin": "x", "backbone": "base" } } }""");
        Assert.Equal(
            ["tasks:t:backbone must name one of 'backbones', but is 'base'. None are configured.", "tasks:t:plugin must name a plugin, but is 'x'. None were found. See 'ptgp plugins'."],
            folder.Faults(folder.Reader() with { FindPlugins = _ => [] }));
    }

    [Theory]
    [InlineData("{\n  \"tasks\": {\n    \"é\": 1 \"b\": 2\n  }\n}", "(3,12)", "'\"' is invalid after a value. Expected either ',', '}', or ']'.")]
    [InlineData("", "(1,1)", "The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.")]
    [InlineData("{ \"tasks\": tru }", "(1,15)", "'tru }' is an invalid JSON literal. Expected the literal 'true'.")]
    public void BrokenJsonIsReportedWithLineAndColumn(string json, string place, string reason)
    {
        using var folder = new ConfigurationFolder(json);
        var fault = Assert.Throws<ConfigurationException>(() => folder.Read());
        Assert.Equal($"{folder.File}{place}: the file must be JSON, where comments and trailing commas are allowed, but: {reason}", fault.Message);
    }

    [Theory]
    [InlineData("[1]", "Top-level JSON element must be an object. Instead, 'Array' was found.")]
    [InlineData("{ \"backbones\": { \"a\": { \"device\": \"cpu\", \"Device\": \"cuda\" } } }", "A duplicate key 'backbones:a:Device' was found.")]
    public void JsonThatIsNoConfigurationIsReported(string json, string reason)
    {
        using var folder = new ConfigurationFolder(json);
        Assert.Equal($"{folder.File}: the file must hold one JSON object with each key but once, whatever its case, but: {reason}", Assert.Throws<ConfigurationException>(() => folder.Read()).Message);
    }

    [Fact]
    public void AFileThatIsNotThereIsReported()
    {
        using var folder = new TemporaryFolder();
        var reader = new ConfigurationReader { File = "my.json", WorkingFolder = folder.Path };
        Assert.Equal($"--config must name a file, but there is nothing at '{folder["my.json"]}'.", Assert.Throws<ConfigurationException>(reader.Read).Message);
        Assert.Equal($"--config must name a file, but there is a folder at '{folder.Path}'.", Assert.Throws<ConfigurationException>((reader with { File = "." }).Read).Message.Replace("/.'", "'", StringComparison.Ordinal));
        Assert.Equal("There must be a 'ptgp.json' in the working folder or beside the executable, but there is neither. Write one, or name one with --config.",
            Assert.Throws<ConfigurationException>(() => ConfigurationFile.Find(null, folder.Path)).Message);
    }

    [Fact]
    public void ASettingWithoutAValueIsReported()
    {
        using var folder = new ConfigurationFolder("{}");
        Assert.Equal("--set must be given key=value, but is given 'numBeams'.", Assert.Throws<ConfigurationException>(() => folder.Read("numBeams")).Message);
    }

    [Fact]
    public void TheDefaultConfigurationHolds()
    {
        var read = new ConfigurationReader { WorkingFolder = Repository.Root }.Read();
        Assert.Equal("translation", read.Tasks["en-de"].Plugin);
    }

    [Theory]
    [InlineData("hub:us/tiny", "must name a model that was pulled, but 'us/tiny' is not in 'CACHE'. Run 'ptgp models pull us/tiny'.")]
    [InlineData("hub:us/tiny@v2", "must name a model that was pulled, but 'us/tiny@v2' is not in 'CACHE'. Run 'ptgp models pull us/tiny@v2'.")]
    [InlineData("hub:../tiny", "after 'hub:' must be OWNER/NAME or NAME, with @REVISION where it is not main, of letters, digits, '.', '_' and '-', but is 'hub:../tiny'.")]
    public void AModelOfTheHubMustHaveBeenPulled(string checkpoint, string fault)
    {
        using var folder = new ConfigurationFolder($$"""{ "backbones": { "base": { "checkpoint": "{{checkpoint}}" } } }""");
        var reader = folder.Reader() with { Environment = new Dictionary<string, string> { ["PTGP_CACHE"] = "cache" } };
        Assert.Equal([$"backbones:base:checkpoint {fault.Replace("CACHE", Path.Combine(folder.Path, "cache"), StringComparison.Ordinal)}"], folder.Faults(reader));
    }

    [Fact]
    public void AModelOfTheHubIsTheFolderItWasPulledInto()
    {
        using var folder = new ConfigurationFolder("""{ "backbones": { "base": { "checkpoint": "hub:us/tiny" } }, "tasks": { "x": { "plugin": "p", "backbone": "base", "adapter": "hub:us/tiny@0123456789abcdef0123456789abcdef01234567" } } }""");
        var cache = new ModelCache(Path.Combine(folder.Path, "cache"));
        var pulled = new PulledFolder { Path = cache.FolderOf("us/tiny", "0123456789abcdef0123456789abcdef01234567"), Reference = new("us/tiny", "main"), Commit = "0123456789abcdef0123456789abcdef01234567", Files = [], IsListed = true };
        Directory.CreateDirectory(pulled.Path);
        pulled.Save();
        cache.Remember(pulled.Reference, pulled.Commit);
        var read = (folder.Reader() with { Environment = new Dictionary<string, string> { ["PTGP_CACHE"] = cache.Folder } }).Read();
        Assert.Equal((pulled.Path, pulled.Path), (read.Backbones["base"].Checkpoint, read.Tasks["x"].Adapter));
    }
}
