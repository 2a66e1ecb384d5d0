using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Tests.Configuration;

public sealed class OptionsBinderTests
{
    [Fact]
    public void RecordsInRecordsAreFilled()
    {
        var (options, faults) = Bind<Options>(("o:name", "n"), ("o:mood", "BAD"), ("o:weights:a", "1.5"), ("o:weights:B", "-2e3"), ("o:inner:size", "3"),
            ("o:inners:0:size", "1"), ("o:inners:1:size", "2"), ("o:words", "one"), ("o:big", "3000000000"), ("o:wait", "00:00:05"), ("o:isOn", "True"), ("o:pair:0", "4"), ("o:pair:1", "x"));

        Assert.Empty(faults);
        Assert.Equal(("n", Mood.Bad, 3, 3000000000L, TimeSpan.FromSeconds(5), true), (options.Name, options.Mood, options.Inner.Size, options.Big, options.Wait, options.IsOn));
        Assert.Equal((1.5, -2000), (options.Weights["a"], options.Weights["b"]));
        Assert.Equal([1, 2], options.Inners.Select(inner => inner.Size));
        Assert.Equal(["one"], options.Words);
        Assert.Equal(new Pair(4, "x"), options.Pair);
    }

    [Fact]
    public void ListsOfNumbersMayStandWithCommas()
    {
        var (options, faults) = Bind<Numbers>(("o:times", "0, 2.5"));
        Assert.Empty(faults);
        Assert.Equal([0, 2.5], options.Times);
        Assert.Equal("o:times must be a list, each a number, but holds 'x': '0,x'.", Assert.Single(Bind<Numbers>(("o:times", "0,x")).Faults).ToString());
    }

    [Fact]
    public void WhatIsNotGivenKeepsItsDefault()
    {
        var (options, faults) = Bind<Options>(("o:name", "n"), ("o:inner", null));
        Assert.Empty(faults);
        Assert.Equal((7, Mood.Good, null), (options.Inner.Size, options.Mood, options.Note));
    }

    [Fact]
    public void DefaultsOfTheCallersStandWhereNothingIsGiven()
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("learningRate", (string?)"0.001"), KeyValuePair.Create("tuning", (string?)"full")]).Build();
        var (recipe, faults) = OptionsBinder.Bind(typeof(FineTuningRecipe), root, defaults: new FineTuningRecipe { Epochs = 9, LearningRate = 0.5 });
        Assert.Empty(faults);
        var bound = Assert.IsType<FineTuningRecipe>(recipe);
        Assert.Equal((9, 0.001, BackboneTuning.Full), (bound.Epochs, bound.LearningRate, bound.Tuning));
    }

    [Theory]
    [InlineData("name", null, "o:name must be given: text.")]
    [InlineData("mood", "sad", "o:mood must be 'good' or 'bad', but is 'sad'. Did you mean 'bad'?")]
    [InlineData("mood", "1", "o:mood must be 'good' or 'bad', but is '1'.")]
    [InlineData("weights:a", "much", "o:weights:a must be a number, but is 'much'.")]
    [InlineData("weights:a", "NaN", "o:weights:a must be a number, but is 'NaN'.")]
    [InlineData("weights", "5", "o:weights must be an object, but is '5'.")]
    [InlineData("inner:size", "11", "o:inner:size must be at most 10, but is 11.")]
    [InlineData("inner:siz", "1", "o:inner:siz is not known. Did you mean 'size'?")]
    [InlineData("inners:0:size", "x", "o:inners:0:size must be a whole number, but is 'x'.")]
    [InlineData("inners", "x", "o:inners must be a list, but is 'x'.")]
    [InlineData("words:a", "x", "o:words must be a list, but is an object.")]
    [InlineData("isOn", "yes", "o:isOn must be true or false, but is 'yes'.")]
    [InlineData("share", "1.2", "o:share must be above 0 and at most 1, but is 1.2.")]
    [InlineData("note:a", "x", "o:note must be text, but is an object.")]
    [InlineData("big", "99999999999999999999", "o:big must be a whole number, but is '99999999999999999999'.")]
    [InlineData("pair:0", "1", "o:pair must hold 2 values (number, text), but holds 1.")]
    [InlineData("code", "abc", "o:code must be three digits, but is 'abc'.")]
    [InlineData("refused", "-1", "o was refused: Never below 0.")]
    public void AFaultSaysWhatMustHoldAndWhatIs(string key, string? value, string fault)
    {
        var (_, faults) = Bind<Options>(("o:name", key == "name" ? value : "n"), ($"o:{key}", value));
        Assert.Equal(fault, Assert.Single(faults).ToString());
    }

    [Fact]
    public void AShareIsNotRoundedBeforeItIsCompared()
    {
        var (options, faults) = Bind<Options>(("o:name", "n"), ("o:share", "0.0003"));
        Assert.Empty(faults);
        Assert.Equal(0.0003, options.Share);
    }

    [Fact]
    public void MoreThanTenItemsKeepTheirOrder()
    {
        var (options, faults) = Bind<Options>([("o:name", "n"), .. Enumerable.Range(0, 12).Select(i => ($"o:words:{i}", (string?)$"w{i}"))]);
        Assert.Empty(faults);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"w{i}"), options.Words);
    }

    [Theory]
    [InlineData("numBeam", "numBeams")]
    [InlineData("numbeams", "numBeams")]
    [InlineData("nmuBeams", "numBeams")]
    [InlineData("temperature", null)]
    [InlineData("", null)]
    public void OnlyASlipIsTakenForAnotherName(string written, string? meant) =>
        Assert.Equal(meant, Nearest.Find(written, ["maxLength", "numBeams", "eosTokenId"]));

    private static (T Options, IReadOnlyList<ConfigurationFault> Faults) Bind<T>(params (string Key, string? Value)[] settings)
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection(settings.DistinctBy(setting => setting.Key).Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
        var (options, faults) = OptionsBinder.Bind(typeof(T), root.GetSection("o"), root);
        return ((T)options!, faults);
    }

    internal enum Mood
    {
        Good,
        Bad,
    }

    internal sealed record Options
    {
        private readonly int refused;

        public required string Name { get; init; }

        public string? Note { get; init; }

        public Mood Mood { get; init; }

        public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

        public Inner Inner { get; init; } = new();

        public IReadOnlyList<Inner> Inners { get; init; } = [];

        public string[] Words { get; init; } = [];

        public long? Big { get; init; }

        public TimeSpan Wait { get; init; }

        public bool IsOn { get; init; }

        [Range(0, 1, MinimumIsExclusive = true)]
        public double Share { get; init; } = 1;

        public Pair? Pair { get; init; }

        [ThreeDigits]
        public string Code { get; init; } = "000";

        public int Refused
        {
            get => refused;
            init => refused = value >= 0 ? value : throw new ArgumentException("Never below 0.");
        }
    }

    internal sealed record Inner
    {
        [Range(int.MinValue, 10)]
        public int Size { get; init; } = 7;
    }

    internal sealed record Numbers
    {
        public IReadOnlyList<double> Times { get; init; } = [];
    }

    internal sealed record Pair(int Number, string Text);

    internal sealed class ThreeDigitsAttribute : ValidationAttribute
    {
        public override bool IsValid(object? value) => value is string { Length: 3 } text && text.All(char.IsAsciiDigit);

        public override string FormatErrorMessage(string name) => $"{name} must be three digits";
    }
}
