using System.Collections;

namespace Ptgp.Toolkit.Readers;

/// <summary>A row that was read, or what is wrong with it.</summary>
internal interface IRow<out T>
{
    /// <summary>Gets the row.</summary>
    /// <exception cref="InvalidDataException">There is something wrong with it.</exception>
    T Value { get; }

    /// <summary>Gets what is wrong with it; null for nothing.</summary>
    InvalidDataException? Fault { get; }
}

/// <summary>Rows of a file that can be read on behind a row that is wrong. Who goes over it as over any sequence is stopped by the first of these.</summary>
internal interface IRows<out T> : IEnumerable<T>
{
    /// <summary>Gets the rows, those that are wrong among them.</summary>
    IEnumerable<IRow<T>> WithFaults { get; }
}

/// <inheritdoc />
internal sealed record Row<T>(T? Given, InvalidDataException? Fault = null) : IRow<T>
{
    public T Value => Fault is null ? Given! : throw Fault;

    /// <summary>Makes something of a row, where it is right and lets itself be made into it.</summary>
    public static Row<T> Of<TSource>(IRow<TSource> row, Func<TSource, T> make)
    {
        if (row.Fault is not null)
        {
            return new(default, row.Fault);
        }

        try
        {
            return new(make(row.Value));
        }
        catch (InvalidDataException fault)
        {
            return new(default, fault);
        }
    }
}

/// <inheritdoc />
internal sealed class Rows<T>(IEnumerable<IRow<T>> rows) : IRows<T>
{
    public IEnumerable<IRow<T>> WithFaults => rows;

    public IEnumerator<T> GetEnumerator() => rows.Select(row => row.Value).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
