using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Passage(string Text, string? To = null);
internal sealed record Translation(string Text, double Score = 0, IReadOnlyList<Translation>? Others = null);

#region quote
internal sealed class TranslationHead(IBackbone backbone, TranslationOptions options) : TaskHead<Passage, Translation>(backbone)
{
    public override Features EncodeInput(Passage part) =>
        Features.FromText(Backbone.Tokenizer.Encode(part.Text, new() { Language = options.From, MaxLength = Backbone.MaxLength }));

    public override Target EncodeTarget(Passage part, Translation output) => Target.FromText(Backbone.Tokenizer.Encode(
        output.Text, new() { IsTarget = true, Language = part.To ?? options.To, MaxLength = Backbone.MaxTargetLength }));

    public override TaskLoss Loss(EncodedBatch<Passage> batch) => Common.WritingLoss(Backbone, batch);

    public override async Task<Translation> AnswerAsync(Passage input, IAnswering<Passage, Translation, Translation> host, CancellationToken cancellation)
    {
        if (!Backbone.Tokenizer.Languages.TryGetValue(input.To ?? options.To, out var to))
        {
            throw new FormatException($"'to' must be one of {string.Join(", ", Backbone.Tokenizer.Languages.Keys)}, but is '{input.To ?? options.To}'.");
        }

        var written = await host.WriteAsync(new() { Source = EncodeInput(input), Options = new() { ForcedBosTokenId = to } }, cancellation);
        Translation[] all = [.. written.Hypotheses.Select(hypothesis => new Translation(hypothesis.Text, hypothesis.Score))];
        return all[0] with { Others = all[1..] };
    }
}
#endregion

internal sealed record TranslationOptions
{
    public string? From { get; init; }

    [Required]
    public string To { get; init; } = "";
}

internal sealed class TranslationPlugin(TranslationOptions options, ILogger<TranslationPlugin> log, IHostServices host) : TaskPlugin<Passage, Translation>
{
    public override string Name => "translation";
    public override BackboneFeatures Needs => BackboneFeatures.Writes;
    public override GenerationOptions Generation => new() { NumBeams = 4 }; // whoever asks may ask for others
    public override IReadOnlyList<DatasetAdapter<Passage, Translation>> Datasets => [];
    public override ITaskHead<Passage, Translation> CreateHead(IBackbone backbone) => new TranslationHead(backbone, options);
    public override Passage FromText(string text) => new(text);
    public override string ToText(Translation output) => output.Text;

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Passage, Translation>> answers)
    {
        log.LogInformation("{Task}: {Count} answers", host.TaskName, answers.Count);
        return [new("exact", answers.Average(answer => answer.Predicted.Text == answer.Expected.Text ? 1.0 : 0.0))];
    }
}
