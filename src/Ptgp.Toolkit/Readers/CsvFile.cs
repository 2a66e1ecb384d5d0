using System.Text;
using CsvHelper;

namespace Ptgp.Toolkit.Readers;

/// <summary>Reads files of comma-separated values (RFC 4180) whose first row names the columns.</summary>
public static class CsvFile
{
    private static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads rows lazily; empty lines are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">What stands between fields; an ASCII character.</param>
    /// <exception cref="InvalidDataException">A row has more or fewer fields than the first, or is not well formed.</exception>
    public static IEnumerable<DataRow> Read(string path, char separator = ',') => new Rows<DataRow>(ReadRows(path, separator));

    private static IEnumerable<Row<DataRow>> ReadRows(string path, char separator)
    {
        using var reader = CsvReader.FromFile(path, new() { Separator = separator, HasHeader = false, TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw });
        string[]? columns = null;
        while (Read(reader, path) is { } row)
        {
            // Without the names of its columns no row can be read.
            if (columns is null)
            {
                columns = row.Value;
            }
            else
            {
                yield return Row<DataRow>.Of(row, values => new TableRow(path, reader.LineNumber, columns, values));
            }
        }
    }

    private static Row<string[]>? Read(CsvReader reader, string path)
    {
        try
        {
            if (!reader.Read())
            {
                return null;
            }

            var values = new string[reader.FieldCount];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = strictUtf8.GetString(reader.GetSpan(i));
            }

            return new(values);
        }
        catch (CsvFormatException error)
        {
            throw new TextLine(path, error.LineNumber, "").Fault("a field that has quotes must stand in quotes, with its own ones doubled, but this row's quotes do not pair up.");
        }
        catch (DecoderFallbackException)
        {
            return new(default, NotUtf8(path, reader.LineNumber));
        }
    }

    // The reader of rows does not say where in the file it is, so the lines of this one are looked for.
    private static InvalidDataException NotUtf8(string path, long number) =>
        TextFile.ReadRows(path).Skip((int)number - 1).Select(line => line.Fault).FirstOrDefault(fault => fault is not null)
        ?? new TextLine(path, number, "").Fault("a text file must be UTF-8, but this row is not. Save it as UTF-8.");
}
