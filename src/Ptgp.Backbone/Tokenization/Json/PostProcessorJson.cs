namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>Makes templates, and how offsets are trimmed, from the post-processor of a tokenizer.json.</summary>
internal static class PostProcessorJson
{
    /// <summary>Reads a post-processor.</summary>
    /// <exception cref="CheckpointException">It is of an unknown kind, or lacks something.</exception>
    public static (Template Template, OffsetTrimming? Trimming) Read(JsonPart part)
    {
        if (!part.Exists)
        {
            return (Template.Plain, null);
        }

        switch (part.Type)
        {
            case "TemplateProcessing":
                return (new(ReadTemplate(part, "single"), ReadTemplate(part, "pair")), null);
            case "RobertaProcessing":
                return (Roberta(ReadToken(part["cls"]), ReadToken(part["sep"])), ReadTrimming(part));
            case "BertProcessing":
                return (Template.Bert(ReadToken(part["cls"]), ReadToken(part["sep"])), null);
            case "ByteLevel":
                return (Template.Plain, ReadTrimming(part));
            case "Sequence":
                var (template, trimming) = (Template.Plain, (OffsetTrimming?)null);
                foreach (var (next, other) in part["processors"].Items().Select(Read))
                {
                    template = ReferenceEquals(next, Template.Plain) ? template : next;
                    trimming = other ?? trimming;
                }

                return (template, trimming);
            default:
                throw part.Unknown("post-processor", "BertProcessing, ByteLevel, RobertaProcessing, Sequence and TemplateProcessing");
        }
    }

    /// <summary>Makes the template of BART and RoBERTa, who put two ends between the texts of a pair and know no segments.</summary>
    public static Template Roberta(int first, int last) => new(
        [TemplatePart.Special(first), TemplatePart.Text(0), TemplatePart.Special(last)],
        [TemplatePart.Special(first), TemplatePart.Text(0), TemplatePart.Special(last), TemplatePart.Special(last), TemplatePart.Text(1), TemplatePart.Special(last)]);

    private static OffsetTrimming? ReadTrimming(JsonPart part)
        => part.Flag("trim_offsets", true) ? new() { TrimsBytes = true, AddsPrefix = part.Flag("add_prefix_space", true) } : null;

    private static int ReadToken(JsonPart part) => part.Items().Skip(1).FirstOrDefault() is { Exists: true } id
        ? id.AsNumber()
        : throw part.Fault("must be a list of a token and its id", "shorter");

    private static List<TemplatePart> ReadTemplate(JsonPart part, string name)
    {
        var parts = new List<TemplatePart>();
        foreach (var item in part[name].Items())
        {
            if (item["Sequence"] is { Exists: true } text)
            {
                parts.Add(TemplatePart.Text(text.Text("id") == "B" ? 1 : 0, text.Number("type_id") ?? 0));
                continue;
            }

            var special = item["SpecialToken"];
            foreach (var id in part["special_tokens"][special.Text("id")]["ids"].Items())
            {
                parts.Add(TemplatePart.Special(id.AsNumber(), special.Number("type_id") ?? 0));
            }
        }

        return parts;
    }
}
