namespace Ptgp.Toolkit.Readers;

/// <summary>A row of a table. Names of columns are compared without regard to case.</summary>
internal sealed class TableRow : DataRow
{
    private readonly IReadOnlyList<string> columns;
    private readonly string[] values;

    public TableRow(string path, long line, IReadOnlyList<string> columns, string[] values)
        : base(path, line)
    {
        (this.columns, this.values) = (columns, values);
        if (values.Length != columns.Count)
        {
            throw Fault($"a row must have {columns.Count} fields, as the first one has, but has {values.Length}.");
        }
    }

    public override IReadOnlyList<string> Fields => columns;

    public override string? Find(string field)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (string.Equals(columns[i], field, StringComparison.OrdinalIgnoreCase))
            {
                return values[i];
            }
        }

        return null;
    }
}
