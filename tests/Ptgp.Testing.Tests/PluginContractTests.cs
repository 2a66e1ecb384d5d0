using Sentiment;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Testing.Tests;

public class PluginContractTests
{
    public PluginContractTests() => set_num_threads(1);

    [Fact]
    public void TheSampleKeepsTheContract() => PluginContract.Verify(new SentimentPlugin(), Path.Combine(AppContext.BaseDirectory, "reviews.tsv"));

    [Fact]
    public void APluginThatIsRightIsLeftAlone() => PluginContract.Verify(new RightPlugin(), RightPlugin.Examples);

    [Fact]
    public void AWritingHeadIsLetWrite() => PluginContract.Verify(new EchoPlugin(), [new("one", "one"), new("two three", "two three")]);

    [Fact]
    public void EveryFaultIsNamedAtOnce()
    {
        var e = Assert.Throws<PluginContractException>(() => PluginContract.Verify(new Shouting(), RightPlugin.Examples));
        Assert.Equal(
            "Shouting does not keep the contract:\n"
            + "- Name must be lower-case letters, digits and hyphens, such as 'sentiment', but is 'VOWELS'.\n"
            + "- Recipe must keep to its ranges, but does not: The field Epochs must be between 1 and 2147483647.\n"
            + "- Score must find right answers better than wrong ones, but gives them errors 0 against 1. Set LowerIsBetter where a smaller figure is the better one.",
            e.Message);
    }

    [Fact]
    public void AFileThatNoDatasetReadsIsNamed()
    {
        var e = Assert.Throws<PluginContractException>(() => PluginContract.Verify(new RightPlugin(), "vowels.csv"));
        Assert.Equal(["One of Datasets must fit 'vowels.csv', but none does. Override Fits, or name the file by the format: txt."], e.Faults);
    }

    [Fact]
    public void WhatTheBackboneCannotDoIsNamed()
    {
        using var backbone = new TinyBackbone(writes: false);
        var e = Assert.Throws<PluginContractException>(() => PluginContract.Verify(new EchoPlugin(), [new("one", "one"), new("two", "two")], backbone));
        Assert.Equal(["Needs must be what the backbone of the test can do, but also holds Writes. Give Verify a backbone that can, or check this plugin on a checkpoint."], e.Faults);
    }

    [Theory]
    [InlineData(typeof(Unregistered), "Unregistered's parameters must be registered to be trained and stored, but those of 'more' are not. Call RegisterComponents() at the end of the constructor.")]
    [InlineData(typeof(Untaught), "Loss must teach every parameter of the head, but no gradient reaches 'unused.weight'. Use it in Loss, or do not register it.")]
    [InlineData(typeof(Detached), "Loss must be attached to its graph, but is not: nothing could be learned. Compute it from batch.States without detach, item or no_grad.")]
    [InlineData(typeof(Uncounted), "Loss must count the labels that it scored, but counts 0. Count them without padding (Target.Ignored).")]
    [InlineData(typeof(Forgetful), "EncodeInput must give the same for the same part, on any thread, but does not. Keep no state and draw nothing in it.")]
    [InlineData(typeof(Beyond), "EncodeInput must give ids of the backbone's vocabulary, from 0 to 257, but gives 258.")]
    [InlineData(typeof(Endless), "EncodeInput must give what fits the backbone, up to Backbone.MaxLength (128) tokens, but gives 300. Cut it, or Split the input.")]
    [InlineData(typeof(Silent), "EncodeInput must give a token or a frame at least, but gives none.")]
    [InlineData(typeof(Hoarding), "Loss must leave no tensors behind, but leaves 1 each time. Do not keep tensors in fields, or detach them from the host's scope.")]
    [InlineData(typeof(Opening), "Loss must close the dispose scopes that it opens, but leaves one open. Write 'using var scope = torch.NewDisposeScope();'.")]
    [InlineData(typeof(Ungrading), "Predict must leave gradients switched as they were, but does not. Write 'using (torch.no_grad())'.")]
    [InlineData(typeof(Untargeted), "EncodeTarget must give a target for some parts of the examples, but gives null for all: there is nothing to learn from.")]
    [InlineData(typeof(Short), "Predict must give an answer a row, but gives 1 for 4 rows.")]
    [InlineData(typeof(Throwing), "Loss must not throw on the examples, but throws InvalidOperationException: No loss today.")]
    [InlineData(typeof(Answerless), "Answerless must override Predict, or AnswerAsync, but overrides neither.")]
    public void AFaultOfAHeadIsNamed(Type head, string fault)
    {
        var plugin = new RightPlugin(backbone => (TaskHead<string, int>)Activator.CreateInstance(head, backbone)!);
        Assert.Contains(fault, Assert.Throws<PluginContractException>(() => PluginContract.Verify(plugin, RightPlugin.Examples)).Faults);
    }

    [Fact]
    public void ALossThatAveragesIsFound() => Assert.StartsWith("Loss must be the sum over its rows, so that padding and the company of other rows change nothing, but is ", FaultOf(backbone => new Averaging(backbone)), StringComparison.Ordinal);

    [Fact]
    public void AnAnswerThatLooksAtPaddingIsFound() => Assert.StartsWith("Predict must answer a row of a batch as it answers the row alone, but answers ", FaultOf(backbone => new Unmasked(backbone)), StringComparison.Ordinal);

    [Fact]
    public void TooFewExamplesAreRefused() => Assert.StartsWith("A plugin must be checked on two examples or more, but 1 are given.",
        Assert.Throws<ArgumentException>(() => PluginContract.Verify(new RightPlugin(), [new("a", 1)])).Message, StringComparison.Ordinal);

    private static string FaultOf(Func<IBackbone, RightHead> head) => Assert.Throws<PluginContractException>(() => PluginContract.Verify(new RightPlugin(head), RightPlugin.Examples)).Faults[0];

    private sealed class Shouting : RightPlugin
    {
        public override string Name => "VOWELS";

        public override FineTuningRecipe Recipe => new() { Epochs = 0 };

        public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<string, int>> answers) => [new("errors", answers.Average(answer => answer.Predicted == answer.Expected ? 0 : 1))];
    }
}
