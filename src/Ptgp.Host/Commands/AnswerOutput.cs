using Ptgp.Host.Configuration;

namespace Ptgp.Host.Commands;

/// <summary>Where answers go, one after another in the order of their inputs.</summary>
internal interface IAnswerOutput
{
    /// <summary>Gets what one answer is called in messages.</summary>
    string Unit { get; }

    /// <summary>Writes one answer.</summary>
    /// <param name="answer">The answer: a line without its end, or all that a file holds.</param>
    /// <param name="name">What its file is called, without the end of the name; null where nothing says.</param>
    Task WriteAsync(string answer, string? name);

    /// <summary>Shows what was written so far.</summary>
    Task FlushAsync();
}

/// <summary>Writes answers as lines.</summary>
internal sealed class LineOutput(TextWriter writer) : IAnswerOutput
{
    public string Unit => "line";

    public Task WriteAsync(string answer, string? name) => writer.WriteLineAsync(answer.AsMemory(), CancellationToken.None);

    public Task FlushAsync() => writer.FlushAsync(CancellationToken.None);
}

/// <summary>Writes answers that are files by themselves, as they are: the only one of a file, or on a terminal one behind the other.</summary>
internal sealed class WholeOutput(TextWriter writer) : IAnswerOutput
{
    public string Unit => "input";

    public Task WriteAsync(string answer, string? name) => writer.WriteAsync(answer.AsMemory(), CancellationToken.None);

    public Task FlushAsync() => writer.FlushAsync(CancellationToken.None);
}

/// <summary>Writes each answer as a file in a folder.</summary>
/// <param name="folder">The folder, which is made if it is not there.</param>
/// <param name="extension">What the files' names end with.</param>
internal sealed class FolderOutput(string folder, string extension) : IAnswerOutput
{
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
    private int count;

    public string Unit => "file";

    /// <summary>Tells whether a path names a folder: one is there, or it ends as one.</summary>
    public static bool Is(string? path) => path is not null && (Path.EndsInDirectorySeparator(path) || Directory.Exists(path));

    public async Task WriteAsync(string answer, string? name)
    {
        count++;
        Prepare();
        using var file = OutputFile.Open(Path.Combine(folder, $"{Free(Clean(name))}.{extension}"), "--output");
        await file.Writer.WriteAsync(answer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
        file.Commit();
    }

    public Task FlushAsync() => Task.CompletedTask;

    /// <summary>Makes the folder if it is not there.</summary>
    /// <exception cref="UsageException">It cannot be made.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--output must name a folder that can be written, but '{folder}' cannot: {refused.Message}", refused);
        }
    }

    // A plugin's name for a file never leads out of the folder.
    private string Clean(string? name)
    {
        var last = string.Concat((name ?? "").Split('/', '\\')[^1].Where(letter => !char.IsControl(letter) && !"<>:\"|?*".Contains(letter, StringComparison.Ordinal))).Trim().TrimEnd('.');
        return last.Length > 0 ? last : $"{count}";
    }

    private string Free(string name)
    {
        var free = name;
        for (var number = 2; !names.Add(free); number++)
        {
            free = $"{name}-{number}";
        }

        return free;
    }
}
