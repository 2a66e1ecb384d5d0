using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ptgp.Host.Hub;
using Answer = Ptgp.Host.Tests.Hub.StandIn.Answer;
using Request = Ptgp.Host.Tests.Hub.StandIn.Request;

namespace Ptgp.Host.Tests.Hub;

/// <summary>
/// A hub with one model, <c>us/tiny</c>, and a cache to pull it into. As on the real one, weights are large files: their bytes lie with another host, which
/// the hub redirects to. <see cref="Hub"/> and <see cref="Storage"/> can be made to answer otherwise.
/// </summary>
internal sealed class FakeHub : IDisposable, IPullProgress
{
    public const string Name = "us/tiny", Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TemporaryFolder folder = new();

    public FakeHub()
    {
        Site = new(request => Hub?.Invoke(request) ?? AnswerOf(request));
        Store = new(request => Storage?.Invoke(request) ?? Content(request, Files[Uri.UnescapeDataString(request.Path[1..].Split('?')[0])]));
        Options = new() { Endpoint = Site.Address, Pause = WaitAsync };
    }

    /// <summary>Gets the hub's server.</summary>
    public StandIn Site { get; }

    /// <summary>Gets the server that holds large files.</summary>
    public StandIn Store { get; }

    /// <summary>Gets the model's files.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal)
    {
        ["config.json"] = Encoding.UTF8.GetBytes("""{ "model_type": "marian" }"""),
        ["generation_config.json"] = "{}"u8.ToArray(),
        ["tokenizer.json"] = Bytes(3000, 1),
        ["model.safetensors"] = Bytes(10_000, 2),
        ["pytorch_model.bin"] = Bytes(10_000, 3),
        ["README.md"] = "# Tiny"u8.ToArray(),
        ["onnx/model.onnx"] = Bytes(100, 4),
    };

    /// <summary>Gets or sets what the hub answers instead; null for what it would.</summary>
    public Func<Request, Answer?>? Hub { get; set; }

    /// <summary>Gets or sets what the storage answers instead; null for what it would.</summary>
    public Func<Request, Answer?>? Storage { get; set; }

    /// <summary>Gets or sets whether the list says sizes and hashes.</summary>
    public bool ListsHashes { get; set; } = true;

    public HubOptions Options { get; set; }

    public ModelCache Cache => new(folder["cache"]);

    /// <summary>Gets the pauses that were asked for; none is made.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    public List<string> Said { get; } = [];

    public string Target => Cache.FolderOf(Name, Commit);

    public string this[string name] => folder[name];

    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string HashOf(string name, byte[] content) => IsLarge(name)
        ? Convert.ToHexStringLower(SHA256.HashData(content))
        : Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.SHA1, [.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public Task<PulledFolder> PullAsync(string reference = Name, string? to = null, CancellationToken? cancellation = null)
    {
        Assert.True(HubReference.TryParse(reference, out var parsed));
        return new ModelPull(Options, Cache, this).RunAsync(parsed, to, cancellation ?? TestContext.Current.CancellationToken);
    }

    public async Task<string> FaultAsync(string reference = Name, string? to = null) => (await Assert.ThrowsAnyAsync<UserException>(() => PullAsync(reference, to))).Message;

    /// <summary>Makes the answer to a request for a file or a range of it.</summary>
    public static Answer Content(Request request, byte[] content) => request.Range is var (from, to)
        ? new Answer(206, content[from..to]).With("Content-Range", $"bytes {from}-{to - 1}/{content.Length}")
        : new(200, content);

    /// <summary>What the hub itself would answer.</summary>
    public Answer AnswerOf(Request request)
    {
        if (request.Path.StartsWith($"/api/models/{Name}/revision/", StringComparison.Ordinal))
        {
            return new(200, List().ToJsonString());
        }

        var name = request.Path.StartsWith($"/{Name}/resolve/{Commit}/", StringComparison.Ordinal) ? Uri.UnescapeDataString(request.Path[(request.Path.LastIndexOf('/') + 1)..]) : "";
        if (!Files.TryGetValue(name, out var content))
        {
            return new Answer(404).With("X-Error-Code", "RepoNotFound");
        }

        return IsLarge(name)
            ? new Answer(302, "elsewhere").With("Location", $"{Store.Address}{Uri.EscapeDataString(name)}?signed=yes").With("X-Repo-Commit", Commit)
                .With("X-Linked-ETag", $"\"{HashOf(name, content)}\"").With("X-Linked-Size", $"{content.Length}").With("ETag", "\"of-the-redirect\"")
            : Content(request, content).With("ETag", $"\"{HashOf(name, content)}\"").With("X-Repo-Commit", Commit);
    }

    public void AssertWhole(PulledFolder pulled, params string[] names)
    {
        Assert.True(pulled.IsWhole);
        Assert.Equal(names.Order(StringComparer.Ordinal), Directory.EnumerateFileSystemEntries(pulled.Path).Select(Path.GetFileName).Where(name => name != ".ptgp-pull.json").Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(Files[name], File.ReadAllBytes(Path.Combine(pulled.Path, name))));
    }

    void IPullProgress.Begin(long total)
    {
    }

    void IPullProgress.Begin(HubFile file)
    {
    }

    void IPullProgress.Add(long bytes)
    {
    }

    void IPullProgress.Say(string message) => Said.Add(message);

    public void Dispose()
    {
        Site.Dispose();
        Store.Dispose();
        folder.Dispose();
    }

    private static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal);

    private JsonObject List() => new()
    {
        ["id"] = Name,
        ["sha"] = Commit,
        ["siblings"] = new JsonArray([.. Files.Select(file => !ListsHashes ? new JsonObject { ["rfilename"] = file.Key }
            : IsLarge(file.Key) ? new JsonObject
            {
                ["rfilename"] = file.Key,
                ["size"] = file.Value.Length,
                ["blobId"] = new string('a', 40),
                ["lfs"] = new JsonObject { ["sha256"] = HashOf(file.Key, file.Value), ["size"] = file.Value.Length, ["pointerSize"] = 134 },
            }
            : new JsonObject { ["rfilename"] = file.Key, ["size"] = file.Value.Length, ["blobId"] = HashOf(file.Key, file.Value) })]),
    };

    private Task WaitAsync(TimeSpan pause, CancellationToken cancellation)
    {
        lock (Pauses)
        {
            Pauses.Add(pause);
        }

        return Task.CompletedTask;
    }
}
