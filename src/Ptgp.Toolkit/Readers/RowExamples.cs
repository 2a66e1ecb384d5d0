namespace Ptgp.Toolkit.Readers;

/// <summary>Makes examples of the rows of a file.</summary>
public static class RowExamples
{
    /// <summary>
    /// Makes an example of each row, lazily. A row that is wrong, because it was read so or because <paramref name="make"/> throws an <see cref="InvalidDataException"/>,
    /// becomes an <see cref="Example.Bad"/> one, and the next row follows.
    /// </summary>
    /// <param name="rows">The rows, as a reader of the toolkit gives them. Of other sequences, what they throw themselves ends the reading.</param>
    /// <param name="make">Makes an example of a row.</param>
    public static IEnumerable<Example<TInput, TOutput>> ToExamples<TRow, TInput, TOutput>(this IEnumerable<TRow> rows, Func<TRow, Example<TInput, TOutput>> make) =>
        rows.ToExamples(row => (IEnumerable<Example<TInput, TOutput>>)[make(row)]);

    /// <summary>Makes any number of examples of each row, lazily; a row that is wrong becomes a bad one.</summary>
    /// <inheritdoc cref="ToExamples{TRow,TInput,TOutput}(IEnumerable{TRow},Func{TRow,Example{TInput,TOutput}})" />
    public static IEnumerable<Example<TInput, TOutput>> ToExamples<TRow, TInput, TOutput>(this IEnumerable<TRow> rows, Func<TRow, IEnumerable<Example<TInput, TOutput>>> make)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return ((rows as IRows<TRow>)?.WithFaults ?? rows.Select(row => new Row<TRow>(row)))
            .Select(row => Row<Example<TInput, TOutput>[]>.Of(row, good => [.. make(good)]))
            .SelectMany(made => made.Fault is { } fault ? [Example.Bad<TInput, TOutput>(fault)] : made.Value);
    }
}
