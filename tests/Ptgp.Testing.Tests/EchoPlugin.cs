using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Testing.Tests;

/// <summary>A plugin that writes: what it is asked to learn is to say the same again.</summary>
internal sealed class EchoPlugin : TaskPlugin<string, string>
{
    public override string Name => "echo";

    public override BackboneFeatures Needs => BackboneFeatures.Writes;

    public override IReadOnlyList<DatasetAdapter<string, string>> Datasets => [new Lines()];

    public override ITaskHead<string, string> CreateHead(IBackbone backbone) => new EchoHead(backbone);

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<string, string>> answers) => [new("errors", answers.Count(answer => answer.Predicted != answer.Expected), LowerIsBetter: true)];

    private sealed class Lines : DatasetAdapter<string, string>
    {
        public override string Format => "txt";

        public override IEnumerable<Example<string, string>> Read(string path) => File.ReadLines(path).Select(line => new Example<string, string>(line, line));
    }

    private sealed class EchoHead(IBackbone backbone) : TaskHead<string, string>(backbone)
    {
        public override Features EncodeInput(string part) => Features.FromText(Backbone.Tokenizer.Encode(part, new() { MaxLength = Backbone.MaxLength }));

        public override Target? EncodeTarget(string part, string output) => Target.FromText(Backbone.Tokenizer.Encode(output, new() { IsTarget = true, MaxLength = Backbone.MaxTargetLength }));

        public override TaskLoss Loss(EncodedBatch<string> batch)
        {
            var logits = Backbone.Project(Backbone.Decode(batch.Encoded, batch.Labels));
            return new(
                nn.functional.cross_entropy(logits.flatten(0, 1), batch.Labels.flatten(), ignore_index: Target.Ignored, reduction: nn.Reduction.Sum),
                batch.Labels.ne(Target.Ignored).sum().item<long>());
        }

        public override async Task<string> AnswerAsync(string input, IAnswering<string, string, string> host, CancellationToken cancellation)
        {
            using var encoded = await host.EncodeAsync(EncodeInput(input), cancellation);
            var written = await host.WriteAsync(new() { Encoded = encoded, Attention = new(), ProbabilitiesOf = [1], Options = new() { MaxNewTokens = 4 } }, cancellation);
            return written.Best.Text;
        }
    }
}
