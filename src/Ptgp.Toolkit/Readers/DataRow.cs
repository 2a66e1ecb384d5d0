namespace Ptgp.Toolkit.Readers;

/// <summary>A row of a file that has fields with names.</summary>
public abstract class DataRow(string path, long line)
{
    /// <summary>Gets the file.</summary>
    public string Path { get; } = path;

    /// <summary>Gets the line on which the row begins, counted from 1.</summary>
    public long Line { get; } = line;

    /// <summary>Gets the names of the row's fields, in order.</summary>
    public abstract IReadOnlyList<string> Fields { get; }

    /// <summary>Finds a field's text; null when there is no such field, or nothing in it.</summary>
    public abstract string? Find(string field);

    /// <summary>Finds a field's texts, where it may hold several; null when there is no such field, or nothing in it.</summary>
    public virtual IReadOnlyList<string>? FindAll(string field) => Find(field) is { } text ? [text] : null;

    /// <summary>Gets the text of the first of these fields that the row has.</summary>
    /// <exception cref="InvalidDataException">It has none of them; the message names those it has.</exception>
    public string Get(params IReadOnlyList<string> fields) => fields.Select(Find).FirstOrDefault(text => text is not null) ?? throw Lacks(fields);

    /// <summary>Gets the texts of the first of these fields that the row has.</summary>
    /// <inheritdoc cref="Get" path="/exception" />
    public IReadOnlyList<string> GetAll(params IReadOnlyList<string> fields) => fields.Select(FindAll).FirstOrDefault(texts => texts is not null) ?? throw Lacks(fields);

    /// <summary>Makes the error that this row is to blame for; its message names file and line.</summary>
    public InvalidDataException Fault(string message) => new TextLine(Path, Line, "").Fault(message);

    private InvalidDataException Lacks(IReadOnlyList<string> fields) =>
        Fault($"a row must have a field {string.Join(" or ", fields.Select(field => $"'{field}'"))}, but has {(Fields.Count == 0 ? "none" : string.Join(", ", Fields.Select(field => $"'{field}'")))}.");
}
