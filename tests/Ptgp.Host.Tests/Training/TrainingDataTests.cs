using CsCheck;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class TrainingDataTests
{
    [Fact]
    public void EveryEpochHoldsEveryExampleOnceAndEndsWhereItEnds() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 90], Gen.Int[1, 7], Gen.Bool, Gen.Int).Sample((count, buffer, size, byTokens, seed) =>
        {
            var recipe = Recipe(buffer, seed) with { BatchSize = size, TokensPerBatch = byTokens ? size * 9 : null };
            using var data = Data(count, recipe);
            var measured = data.Measure()!;
            Assert.Equal((count, count), (measured.Examples, measured.Units));
            DataPosition at = default;
            for (var epoch = 0; epoch < 3; epoch++)
            {
                List<string> seen = [];
                var batches = 0;
                do
                {
                    (var batch, at) = data.Get(at);
                    seen.AddRange(batch.Select(example => example.Part));
                    batches++;
                }
                while (!at.BeginsEpoch);

                Assert.Equal((epoch + 1, measured.Batches), (at.Epoch, batches));
                Assert.Equal(Inputs(count).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
            }
        },
        iter: 60);

    [Fact]
    public void ABatchIsTheSameWhereverReadingBegins() =>
        Gen.Select(Gen.Int[50, 300], Gen.Int[20, 400], Gen.Bool, Gen.Int).Sample((count, buffer, byTokens, seed) =>
        {
            var recipe = Recipe(buffer, seed) with { BatchSize = 2, TokensPerBatch = byTokens ? 14 : null };
            using var running = Data(count, recipe);
            Random random = new(seed);
            for (DataPosition at = default; at.Epoch < 2;)
            {
                var batch = running.Get(at);
                if (random.Next(40) == 0)
                {
                    using var resumed = Data(count, recipe);
                    var again = resumed.Get(at);
                    Assert.Equal(Parts(batch), Parts(again));
                    Assert.Equal(batch.Next, again.Next);
                    if (!batch.Next.BeginsEpoch)
                    {
                        Assert.Equal(Parts(running.Get(batch.Next)), Parts(resumed.Get(batch.Next)));
                    }
                }

                at = batch.Next;
            }
        },
        iter: 25);

    [Fact]
    public void NoMoreIsReadThanIsHeld()
    {
        var read = 0;
        using TrainingData<string, string, string, string> data = new(new NumbersHead(null!), Inputs(1000).Select(Example), Recipe(100, 1) with { MaxSteps = 9 });
        Assert.Null(data.Measure());
        Assert.Equal(101, read);

        Example<string, string> Example(string input)
        {
            read++;
            return new(input, input);
        }
    }

    [Fact]
    public void WhatIsHeldWholeIsReadOnce()
    {
        var passes = 0;
        using TrainingData<string, string, string, string> data = new(new NumbersHead(null!), Examples(), Recipe(100, 1));
        data.Measure();
        for (DataPosition at = default; at.Epoch < 3; at = data.Get(at).Next)
        {
        }

        Assert.Equal(1, passes);

        IEnumerable<Example<string, string>> Examples()
        {
            passes++;
            foreach (var input in Inputs(100))
            {
                yield return new(input, input);
            }
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(4, 8)]
    [InlineData(9, 12)]
    public void PortionsWithNothingToLearnFromArePassedOver(int from, int to)
    {
        var inputs = Inputs(12).Select((input, i) => i >= from && i < to ? "-" : input).ToArray();
        using TrainingData<string, string, string, string> data = new(new Choosy(), inputs.Select(input => new Example<string, string>(input, input)), Recipe(2, 1) with { BatchSize = 1, MaxSteps = 5 });
        List<string> seen = [];
        DataPosition at = default;
        do
        {
            (var batch, at) = data.Get(at);
            seen.AddRange(batch.Select(example => example.Part));
        }
        while (!at.BeginsEpoch);
        Assert.Equal(inputs.Where(input => input != "-").Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AFaultOfAnExampleReadAheadIsToldWhenItsTurnHasCome()
    {
        var inputs = Inputs(300).Select((input, i) => i == 13 ? "word" : input);
        using TrainingData<string, string, string, string> data = new(new NumbersHead(null!), inputs.Select(input => new Example<string, string>(input, "1")), Recipe(300, 1) with { BatchSize = 2 });
        var (learned, at) = (0, default(DataPosition));
        var error = Assert.Throws<UserException>(() =>
        {
            while (!at.BeginsEpoch || learned == 0)
            {
                at = data.Get(at).Next;
                learned++;
            }
        });
        Assert.StartsWith("NumbersHead could not encode example 14 of the data: ", error.Message, StringComparison.Ordinal);
        BatchesByCount order = new(300, 2, 1);
        Assert.Equal(Enumerable.Range(0, order.WindowsPerEpoch).Single(window => order.Window(0, window).Contains(13)) * BatchOrder.WindowBatches, learned);
    }

    private static FineTuningRecipe Recipe(int buffer, int seed) => new() { ShuffleBuffer = buffer, Seed = seed };

    private static TrainingData<string, string, string, string> Data(int count, FineTuningRecipe recipe) =>
        new(new NumbersHead(null!), Inputs(count).Select(input => new Example<string, string>(input, input)), recipe);

    // Of different lengths, and no two alike.
    private static IEnumerable<string> Inputs(int count) => Enumerable.Range(2, count).Select(i => string.Join(' ', Enumerable.Repeat(i, 1 + (i * 7 % 9))));

    private static string[] Parts(TrainingBatch<string> batch) => [.. batch.Examples.Select(example => example.Part)];

    private sealed class Choosy() : TaskHead<string, string>(null!)
    {
        public override Features EncodeInput(string part) => Features.FromTokens(part.Split(' ').Select(int.Parse));

        public override Target? EncodeTarget(string part, string output) => part == "-" ? null : Target.FromLabels(1);

        public override TaskLoss Loss(EncodedBatch<string> batch) => throw new InvalidOperationException();
    }
}
