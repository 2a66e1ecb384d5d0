namespace Ptgp.Backbone.Tests.Adapters;

public class AdapterTargetsTests
{
    private static readonly string[] Names =
    [
        "embeddings.weight", "encoder.layers.0.self_attention.q.weight", "encoder.layers.0.self_attention.q.bias", "encoder.layers.0.self_attention_norm.weight",
        "decoder.layers.0.self_attention.q.weight", "decoder.layers.0.cross_attention.v.weight", "decoder.layers.0.feed_forward.up.weight", "encoder.relative_bias.weight",
    ];

    [Fact]
    public void ATargetNamesItsProjectionInEveryLayer()
    {
        Assert.Equal(["decoder.layers.0.self_attention.q", "encoder.layers.0.self_attention.q"], AdapterTargets.Find(Names, ["q"]));
        Assert.Equal(["decoder.layers.0.cross_attention.v", "decoder.layers.0.feed_forward.up"], AdapterTargets.Find(Names, ["up", "v"]));
    }

    [Fact]
    public void ATargetThatTheBackboneLacksIsNamedWithTheOnesItHas()
    {
        var error = Assert.Throws<ArgumentException>(() => AdapterTargets.Find(Names, ["q", "gate"]));
        Assert.StartsWith("A recipe's targets must be projections of the backbone, but it has none called 'gate'. It has 'q', 'up', 'v'.", error.Message);
    }
}
