using System.Text.Json.Nodes;
using Ptgp.Host.Tests.Plugins;

namespace Ptgp.Host.Tests.Documentation;

/// <summary>The files that pages speak of as their readers' own, made small; and the checkpoint of a plugin's page.</summary>
internal static class PageFiles
{
    private const string Context = "A man rides a bike. Two dogs play in the snow.";

    // Few and short: what is learned from them does not matter, only that it goes through.
    private static readonly Dictionary<string, (string Checkpoint, (string Name, string Text)[] Files)> ByPlugin = new(StringComparer.Ordinal)
    {
        ["QA"] = ("bert-qa",
        [
            ("questions.jsonl", $$"""{"question": "Who rides?", "context": "{{Context}}"}""" + "\n"),
            ("train-v2.0.json", Squad), ("dev-v2.0.json", Squad),
        ]),
        ["ImageCaptioning"] = ("t5-v1_1", []),
        ["SpeechToText"] = ("whisper", []),
        ["Summarization"] = ("t5-v1_1",
        [
            ("articles.txt", Context + "\n"), ("train.jsonl", Summaries), ("dev.jsonl", Summaries),
        ]),
        ["TextGeneration"] = ("qwen2",
        [
            ("questions.jsonl", """{"messages": [{"role": "user", "content": "Who rides?"}]}""" + "\n"),
            ("conversations.jsonl", Conversations), ("more.jsonl", Conversations), ("book.txt", Context),
        ]),
        ["Translation"] = ("t5-v1_1",
        [
            ("test.txt", "Two dogs.\nA man.\n"), ("document.jsonl", $$"""{"text": "{{Context}}"}""" + "\n"), .. Parallel("train"), .. Parallel("valid"), .. Parallel("test"),
        ]),
    };

    private static string Squad =>
        """{"version": "v2.0", "data": [{"title": "", "paragraphs": [{"context": "CONTEXT", "qas": [{"id": "1", "question": "Who rides?", "is_impossible": false, "answers": [{"text": "A man", "answer_start": 0}]}, {"id": "2", "question": "Who sleeps?", "is_impossible": true, "answers": []}]}]}]}"""
            .Replace("CONTEXT", Context, StringComparison.Ordinal);

    private static string Summaries => """{"source": ["A man rides a bike.", "Two dogs play."], "target": ["A man rides.", "Two dogs."]}""" + "\n";

    private static string Conversations => """{"messages": [{"role": "user", "content": "Who rides?"}, {"role": "assistant", "content": "A man."}]}""" + "\n";

    private static string Pairs => "Two dogs.\tZwei Hunde.\nA man.\tEin Mann.\n";

    /// <summary>Names the tiny checkpoint that a page's configuration is tried on; null for the one that is shipped.</summary>
    public static string? Checkpoint(string page) => PluginOf(page) is { } plugin ? ByPlugin[plugin].Checkpoint : null;

    /// <summary>Writes what the page's commands read.</summary>
    public static void Write(string page, TemporaryFolder folder)
    {
        if (PluginOf(page) is { } plugin)
        {
            Assert.True(ByPlugin.ContainsKey(plugin), $"{page} shows commands; name in {nameof(PageFiles)} the files that they read, and a checkpoint.");
            Write(folder, ByPlugin[plugin].Files);
            if (plugin == "SpeechToText")
            {
                WriteSounds(page, folder);
            }
            else if (page.StartsWith("samples", StringComparison.Ordinal))
            {
                WriteBuilt(plugin, folder);
                WriteDrawings(folder, "drawings", "more");
            }

            return;
        }

        Write(folder, ("captions.txt", "Two dogs.\n"), ("train.tsv", Pairs), ("val.tsv", Pairs), ("test.tsv", Pairs), ("train.jsonl", Summaries));
        Copy(Path.Combine(Repository.Root, "models", "multi30k-en-de-marian"), folder["models/multi30k-en-de-marian"]);
        if (page == "docs/first-plugin.md")
        {
            File.Copy(Path.Combine(Repository.Root, "samples", "Sentiment", "reviews.tsv"), folder["reviews.tsv"]);
            WriteBuilt("Sentiment", folder);
        }
    }

    // Every sound that the page's commands name is a spoken digit, and every list of sounds holds it.
    private static void WriteSounds(string page, TemporaryFolder folder)
    {
        var sound = Repository.Fixture("audio", "0_george_2-16k.wav");
        foreach (var command in ShownCommand.In(File.ReadAllText(Path.Combine(Repository.Root, page))))
        {
            foreach (var name in command.Arguments.Where((_, i) => i == 0 || command.Arguments[i - 1] != "--output"))
            {
                if (Path.GetExtension(name) is ".wav" or ".flac" or ".mp3" or ".ogg")
                {
                    folder.Write(name, File.ReadAllBytes(sound));
                }
                else if (Path.GetExtension(name) is ".jsonl")
                {
                    folder.Write(name, new JsonObject { ["audio"] = sound, ["text"] = "zero" }.ToJsonString() + "\n");
                }
                else if (Path.GetExtension(name) is ".tsv" or ".txt")
                {
                    folder.Write(name, Path.GetExtension(name) == ".tsv" ? $"{sound}\tzero\n" : sound + "\n");
                }
            }
        }
    }

    private static void WriteBuilt(string sample, TemporaryFolder folder)
    {
        using PluginFolder built = new(sample);
        Copy(built[sample], folder[$"my-plugins/{sample}"]);
    }

    private static void WriteDrawings(TemporaryFolder folder, params string[] names)
    {
        foreach (var name in names)
        {
            var drawing = Drawing.All(times: 1, seed: 4).First();
            folder.Write($"{name}/captions.tsv", $"0.png\t{drawing.Caption}\n");
            drawing.SavePng(folder[$"{name}/0.png"]);
        }
    }

    private static string? PluginOf(string page) => page.Split('/') is ["plugins" or "samples", var plugin, ..] ? plugin : null;

    private static (string Name, string Text)[] Parallel(string name) => [($"{name}.en", "Two dogs.\nA man.\n"), ($"{name}.de", "Zwei Hunde.\nEin Mann.\n")];

    private static void Write(TemporaryFolder folder, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            folder.Write(name, text);
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
