using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Explaining;

/// <summary>Answers one input and explains the answer: what the head asks of its backbone is noted, and computed once more, exactly and with gradients.</summary>
/// <param name="head">The head.</param>
/// <param name="setting">What the task runs with.</param>
/// <param name="request">What is to be shown.</param>
internal sealed class Explainer<TInput, TPart, TPartOutput, TOutput>(TaskHead<TInput, TPart, TPartOutput, TOutput> head, TaskSetting setting, ExplanationRequest request)
{
    private readonly BackboneView view = setting.View;
    private readonly AttentionReader attention = new(request.Layers, request.AttentionBudget);
    private readonly SortedSet<string> remarks = [];
    private readonly Collator collator = new() { Device = setting.View.Transformer.Device, PadId = setting.View.Tokenizer.PadId, EndId = setting.View.Tokenizer.EndId };

    /// <summary>Answers an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="host">The host, as it answers.</param>
    /// <param name="json">The input as JSON, whose texts the tokens are found in.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UsageException">What is to be shown does not fit the backbone.</exception>
    public async Task<(TOutput Output, IReadOnlyList<ExplainedPass> Passes, IReadOnlyList<string> Remarks)> ExplainAsync(
        TInput input, IAnswering<TPart, TPartOutput, TOutput> host, JsonNode json, CancellationToken cancellation)
    {
        var recording = new RecordingAnswering<TPart, TPartOutput, TOutput>(host);
        var output = await head.AnswerAsync(input, recording, cancellation).ConfigureAwait(false);
        List<ExplainedPass> passes = [];
        foreach (var asked in Together(recording.Asked))
        {
            passes.AddRange(await setting.Backbone.Engine.Device.RunAsync(() =>
            {
                using var usual = inference_mode(false);
                using var quiet = no_grad();
                return asked is AskedText text
                    ? [new TextExplainer(view, request, attention).Explain(text, TaskWriter.Resolve(text.Request.Options.Or(host.Options), view.Transformer.Config, view.Tokenizer), Embed([text.Source], json)[0], cancellation)]
                    : Explain((IReadOnlyList<TPart>)asked, output, json, cancellation);
            }).ConfigureAwait(false));
        }

        if (view.Adapter?.Prefix is { WritesLate: true } && passes.Any(pass => pass.IsWritten))
        {
            remarks.Add("The adapter's prefix is seen late when a text is written, as PEFT does it, but whole when it is explained, as in training: probabilities are not those that the text was chosen by.");
        }

        if (passes.Count == 0)
        {
            remarks.Add("This answer was made without the backbone: there is nothing to explain.");
        }

        return (output, passes, [.. remarks, .. attention.Remarks]);
    }

    // Parts are explained alone, or together where their loss compares them.
    private IEnumerable<object> Together(IReadOnlyList<object> asked)
    {
        if (!head.KeepsPartsTogether)
        {
            return asked.Select(one => one is AskedText ? one : (object)(TPart[])[(TPart)one]);
        }

        TPart[] parts = [.. asked.Where(one => one is not AskedText).Cast<TPart>()];
        return [.. asked.OfType<AskedText>(), .. parts.Length > 0 ? [parts] : Array.Empty<object>()];
    }

    private IReadOnlyList<ExplainedPass> Explain(IReadOnlyList<TPart> parts, TOutput output, JsonNode json, CancellationToken cancellation)
    {
        var targets = parts.Select(part => head.EncodeTarget(part, output)).OfType<Target>().ToArray();
        if (targets.Length < parts.Count)
        {
            remarks.Add("There is nothing that the head would learn from its own answer to a part: what that part's input did for the score is left out.");
        }

        var features = parts.Select(head.EncodeInput).ToArray();
        var explainer = new PartExplainer<TInput, TPart, TPartOutput, TOutput>(head, view, collator, request, attention);
        return [.. Embed(features, json).Select(row => explainer.Explain(parts, targets.Length < parts.Count ? null : targets, row, collator.Collate(features), cancellation))];
    }

    private IReadOnlyList<EmbeddedSource> Embed(IReadOnlyList<Features> features, JsonNode json)
    {
        var batch = collator.Collate(features);
        var embedded = head.Embed(batch);
        var baseline = !request.Methods.HasFlag(ExplanationMethods.IntegratedGradients) ? null
            : request.Baseline == ExplanationBaseline.Zero ? zeros_like(embedded.States)
            : head.Embed(collator.Collate([.. features.Select(Nothing)])).States;
        if (view.Transformer.Dtype != ScalarType.Float32)
        {
            remarks.Add($"The backbone computes in {view.Transformer.Dtype.ToString().ToLowerInvariant()}, whose rounding is part of every figure. Set its dtype to float32 for exact ones.");
        }

        return [.. features.Select((part, row) =>
        {
            var length = (int)embedded.Mask[row].sum().item<long>();
            var (places, span) = Places(part, length, json);
            return new EmbeddedSource(embedded, baseline, places, span) { Row = row, Length = length };
        })];
    }

    private (IReadOnlyList<SourcePlace> Places, int Span) Places(Features part, int length, JsonNode json) =>
        part.FrameWidth > 0 ? SourcePlaces.OfSpans(length, "frame", Math.Max(1, (part.Length + length - 1) / length), part.SecondsPerFrame)
        : part.Length != length ? SourcePlaces.OfSpans(length, "state", 1)
        : (SourcePlaces.OfTokens(view.Tokenizer, [.. part.Tokens.Select(id => (int)id)], json), 1);

    // The same input, saying nothing: its special tokens stay, for their places say what kind of input it is, but for that of what the vocabulary lacks, which is text.
    private Features Nothing(Features part)
    {
        if (part.FrameWidth > 0)
        {
            var lowest = float.PositiveInfinity;
            foreach (var value in part.Frames.Span)
            {
                lowest = Math.Min(lowest, value);
            }

            return Features.FromFrames([.. Enumerable.Repeat(lowest, part.Frames.Length)], part.FrameWidth);
        }

        var tokenizer = view.Tokenizer;
        var ids = part.Tokens.Select(id => id < tokenizer.Count && (id == tokenizer.UnknownId || !tokenizer.IsSpecial((int)id)) ? tokenizer.PadId : (int)id).ToArray();
        return Features.FromText(new([.. ids.Select((id, i) => part.Segments.Count == 0 ? new Token(id, 0, 0) : new Token(id, 0, 0) { Sequence = 1, Segment = (int)part.Segments[i] })]));
    }
}
