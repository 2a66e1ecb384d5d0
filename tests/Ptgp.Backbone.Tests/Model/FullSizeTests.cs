using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>
/// Published sizes with weights by formula answer as the reference does. They run only when asked for, <c>--explicit only</c>: half a minute to two and one to three and a half
/// gigabytes each on two cores, the more where float64 is asked.
/// </summary>
public class FullSizeTests
{
    // Sums of thousands of float32 terms in another order.
    private const double Tolerance = 2e-3;

    // T5 does not scale attention, and with these weights it picks single places, so that rounding moves single logits: see WhatRoundingDoesToT5.
    public static TheoryData<string, double> Sizes => new()
    {
        { "t5-small", 0.01 }, { "flan-t5-small", 0.25 }, { "bart-base", Tolerance }, { "opus-mt", Tolerance }, { "whisper-tiny", Tolerance },
        { "bert-base", Tolerance }, { "gpt2", Tolerance }, { "tinyllama-shape", Tolerance },
    };

    [Theory(Explicit = true), MemberData(nameof(Sizes))]
    public void StatesAndLogitsAreTheReferences(string name, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var model = new FullSize(name, ScalarType.Float32);
        Assert.True(model.Golden["states"] is not null || model.Golden["logits"] is not null);
        if (model.Golden["states"] is { } states)
        {
            Check(states, model.States, Tolerance, 1e-4);
        }

        if (model.Golden["logits"] is { } logits)
        {
            Check(logits, model.Logits, tolerance, Math.Max(1e-4, tolerance / 20));
        }
    }

    [Theory(Explicit = true)]
    [InlineData("t5-small"), InlineData("bart-base"), InlineData("opus-mt"), InlineData("whisper-tiny"), InlineData("gpt2"), InlineData("tinyllama-shape")]
    public void WhatIsWrittenIsTheReferences(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        int[] ours;
        using (var model = new FullSize(name, ScalarType.Float32))
        {
            Assert.Equal(model.Theirs("greedy"), model.Write(1));
            ours = model.Write(4);
            if (ours.SequenceEqual(model.Theirs("beam4")))
            {
                return;
            }
        }

        // The decoders of bart-base and opus-mt see next to nothing of what they wrote with these weights, so that the same tokens in another order are as likely: for the
        // sequences that differ, by 2e-8 and 5e-7 in float64, of logarithms of which float32 tells 8e-6 apart. So must it be here, or it is a mistake of ours.
        Assert.Contains(name, (string[])["bart-base", "opus-mt"]);
        using var exact = new FullSize(name, ScalarType.Float64);
        var theirs = exact.Theirs("beam4");
        Assert.Equal(theirs.Order(), ours.Order());
        var total = exact.LogProbability(theirs);
        Assert.InRange(exact.LogProbability(ours) - total, -Resolution(total), Resolution(total));
    }

    /// <summary>
    /// The reference answers in float32, and for T5 with these weights this says little: embeddings that are rounded half a unit in their last place, an error that each operation makes
    /// again, move single logits as far as ours and the reference's are apart. So the reference's tolerance of 2e-3 cannot be kept by anybody, and what is written is only
    /// comparable in float64, where ours is within what rounding makes of the reference's own.
    /// </summary>
    [Theory(Explicit = true)]
    [InlineData("t5-small", 0.002, 0.01)]
    [InlineData("flan-t5-small", 0.1, 0.25)]
    public void WhatRoundingDoesToT5(string name, double moved, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var exact = new FullSize(name, ScalarType.Float64);
        var logits = exact.Logits;
        Check(exact.Golden["logits"]!, logits, tolerance, 1e-3);
        Assert.Equal(exact.Theirs("greedy"), exact.Write(1));
        using var nudged = new FullSize(name, ScalarType.Float64, nudge: 1);
        Assert.InRange((nudged.Logits - logits).abs().max().item<double>(), moved, double.MaxValue);
    }

    // How far apart the nearest numbers are in float32.
    private static double Resolution(double value) => MathF.BitIncrement((float)Math.Abs(value)) - (double)(float)Math.Abs(value);

    private static void Check(JsonNode golden, Tensor actual, double tolerance, double relative)
    {
        Assert.Equal(golden["shape"]!.Deserialize<long[]>(), actual.shape);
        var flat = actual.flatten().to(float64);
        foreach (var (at, value) in golden["at"]!.Deserialize<long[]>()!.Zip(golden["values"]!.Deserialize<double[]>()!))
        {
            Assert.Equal(value, flat[at].item<double>(), tolerance);
        }

        var rms = (double)golden["rms"]!;
        Assert.Equal(rms, flat.pow(2).mean().sqrt().item<double>(), relative * rms);
    }
}
