using System.Globalization;

namespace Ptgp.Toolkit.Readers;

/// <summary>Reads text files whose fields stand between tabs. Nothing is quoted.</summary>
public static class TsvFile
{
    /// <summary>Reads rows lazily; empty lines are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isHeader">Tells of the first row whether it names the columns. Without names they are called <c>1</c>, <c>2</c>, …</param>
    /// <exception cref="InvalidDataException">A row has more or fewer fields than the first.</exception>
    public static IEnumerable<DataRow> Read(string path, Predicate<IReadOnlyList<string>> isHeader)
    {
        ArgumentNullException.ThrowIfNull(isHeader);
        return new Rows<DataRow>(ReadRows(path, isHeader));
    }

    private static IEnumerable<Row<DataRow>> ReadRows(string path, Predicate<IReadOnlyList<string>> isHeader)
    {
        string[]? columns = null;
        foreach (var line in TextFile.ReadRows(path).Where(line => line.Fault is not null || line.Value.Text.Length > 0))
        {
            if (line.Fault is not null)
            {
                yield return new(default, line.Fault);
                continue;
            }

            var values = line.Value.Text.Split('\t');
            if (columns is null && isHeader(values))
            {
                columns = values;
                continue;
            }

            columns ??= [.. values.Select((_, i) => (i + 1).ToString(CultureInfo.InvariantCulture))];
            yield return Row<DataRow>.Of(line, good => new TableRow(path, good.Number, columns, values));
        }
    }
}
