namespace Ptgp.Toolkit.Alignment;

/// <summary>Lays tokens along time: the cheapest path through a table of costs, by which both only go forward (dynamic time warping).</summary>
public static class TimeWarping
{
    /// <summary>Finds the path from the first corner to the last.</summary>
    /// <param name="costs">What it costs to be at a row and a column.</param>
    /// <returns>For each row, in order, the column where the path reaches it.</returns>
    public static int[] Reached(double[,] costs)
    {
        var reached = new int[costs.GetLength(0)];
        foreach (var (row, column) in Path(costs).Reverse())
        {
            reached[row] = column;
        }

        return reached;
    }

    /// <summary>Finds the path, from its start to its end.</summary>
    public static IReadOnlyList<(int Row, int Column)> Path(double[,] costs)
    {
        var (rows, columns) = (costs.GetLength(0), costs.GetLength(1));
        // Sums are float32 as the reference's: where two ways cost about the same, it matters.
        var sums = new float[rows + 1, columns + 1];
        var steps = new byte[rows + 1, columns + 1];
        for (var row = 0; row <= rows; row++)
        {
            for (var column = 0; column <= columns; column++)
            {
                if (row == 0 || column == 0)
                {
                    (sums[row, column], steps[row, column]) = (row + column == 0 ? 0 : float.PositiveInfinity, (byte)(row == 0 ? 2 : 1));
                    continue;
                }

                var (both, down, right) = (sums[row - 1, column - 1], sums[row - 1, column], sums[row, column - 1]);
                var (least, step) = both < down && both < right ? (both, 0) : down < both && down < right ? (down, 1) : (right, 2);
                (sums[row, column], steps[row, column]) = ((float)(costs[row - 1, column - 1] + least), (byte)step);
            }
        }

        List<(int, int)> path = [];
        for (var (row, column) = (rows, columns); row > 0 || column > 0;)
        {
            path.Add((row - 1, column - 1));
            var step = steps[row, column];
            (row, column) = (step == 2 ? row : row - 1, step == 1 ? column : column - 1);
        }

        path.Reverse();
        return path;
    }
}
