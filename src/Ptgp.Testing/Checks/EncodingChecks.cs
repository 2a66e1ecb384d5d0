namespace Ptgp.Testing.Checks;

/// <summary>What must hold of <c>Split</c>, <c>EncodeInput</c> and <c>EncodeTarget</c>: they are pure, and what they give fits the backbone.</summary>
internal sealed class EncodingChecks<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, TinyBackbone backbone, IReadOnlyList<Example<TInput, TOutput>> examples, Faults faults)
{
    /// <summary>Encodes the examples; null when that fails.</summary>
    public List<Row<TPart>>? Run()
    {
        List<Row<TPart>> rows = [];
        foreach (var (input, output) in examples)
        {
            IReadOnlyList<TPart> parts = [];
            if (!faults.Try("Split", () => parts = head.Split(input)) || !faults.Check(parts.Count > 0, "Split must give a part or more, but gives none."))
            {
                return null;
            }

            foreach (var part in parts)
            {
                if (Encode(part) is not { } features)
                {
                    return null;
                }

                Target? target = null;
                if (!faults.Try("EncodeTarget", () => target = head.EncodeTarget(part, output)))
                {
                    return null;
                }

                rows.Add(new(part, features, target));
                Check(target, part, output);
            }
        }

        faults.Check(rows.Exists(row => row.Target is not null), "EncodeTarget must give a target for some parts of the examples, but gives null for all: there is nothing to learn from.");
        faults.Check(rows.Select(row => row.Features.FrameWidth).Distinct().Count() == 1, "EncodeInput must give tokens for all parts, or frames of one width for all, but gives different kinds.");
        return rows.Select(row => row.Features.FrameWidth).Distinct().Count() == 1 ? rows : null;
    }

    private Features? Encode(TPart part)
    {
        Features? features = null, again = null;
        if (!faults.Try("EncodeInput", () => (features, again) = (head.EncodeInput(part), Elsewhere(() => head.EncodeInput(part)))))
        {
            return null;
        }

        faults.Check(Same(features!, again!), "EncodeInput must give the same for the same part, on any thread, but does not. Keep no state and draw nothing in it.");
        if (!faults.Check(features!.Length > 0, "EncodeInput must give a token or a frame at least, but gives none."))
        {
            return null;
        }

        var ids = faults.Check(features.Tokens.All(id => id >= 0 && id < backbone.Description.Vocabulary),
            $"EncodeInput must give ids of the backbone's vocabulary, from 0 to {backbone.Description.Vocabulary - 1}, but gives {features.Tokens.FirstOrDefault(id => id < 0 || id >= backbone.Description.Vocabulary)}.");
        faults.Check(features.FrameWidth > 0 || features.Length <= backbone.MaxLength,
            $"EncodeInput must give what fits the backbone, up to Backbone.MaxLength ({backbone.MaxLength}) tokens, but gives {features.Length}. Cut it, or Split the input.");
        return ids ? features : null;
    }

    private void Check(Target? target, TPart part, TOutput output)
    {
        if (target is null)
        {
            return;
        }

        faults.Try("EncodeTarget", () =>
        {
            var again = Elsewhere(() => head.EncodeTarget(part, output));
            faults.Check(again is not null && target.Labels.SequenceEqual(again.Labels) && target.Values.SequenceEqual(again.Values),
                "EncodeTarget must give the same for the same answer, on any thread, but does not. Keep no state and draw nothing in it.");
        });
        faults.Check(target.Labels.All(label => label is >= 0 or Target.Ignored), $"EncodeTarget must give labels from 0 on, or Target.Ignored, but gives {target.Labels.FirstOrDefault(label => label is < 0 and not Target.Ignored)}.");
        faults.Check(Math.Max(target.Labels.Count, target.Values.Count) <= backbone.Description.MaxTargetLength,
            $"EncodeTarget must give up to Backbone.MaxTargetLength ({backbone.Description.MaxTargetLength}) labels, but gives {target.Labels.Count}: the host would cut the end off.");
    }

    private static bool Same(Features one, Features other) => one.Tokens.SequenceEqual(other.Tokens) && one.Segments.SequenceEqual(other.Segments)
        && one.FrameWidth == other.FrameWidth && one.Frames.Span.SequenceEqual(other.Frames.Span);

    private static T Elsewhere<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();
}
