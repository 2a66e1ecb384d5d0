using System.Text.Json;
using Ptgp.Backbone.Generation.Constraints;

namespace Ptgp.Backbone.Generation;

/// <summary>Compiles the form that generation options ask for.</summary>
internal static class OptionForm
{
    /// <summary>Gets the form; null where none is asked for, or it is at fault.</summary>
    /// <param name="options">The options.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="faults">Takes what is wrong with it.</param>
    public static TokenAutomaton? Of(GenerationOptions options, ITokenizer? tokenizer, List<OptionFault> faults)
    {
        if (options is { JsonSchema: null, Regex: null })
        {
            return null;
        }

        if (options is { JsonSchema: not null, Regex: not null })
        {
            faults.Add(new("jsonSchema", "and regex must not stand together: what is written keeps to one form. Leave one out.", "regex"));
            return null;
        }

        if (options.Regex?.Length == 0)
        {
            faults.Add(new("regex", "must not be empty: nothing could be written. Leave it out for any text."));
            return null;
        }

        var compiler = ConstraintCompiler.Of(tokenizer ?? throw new ArgumentException("To keep to a form the facts of a decoder must have its tokenizer, but have none.", nameof(tokenizer)));
        try
        {
            return options.JsonSchema is { } schema ? compiler.JsonSchema(JsonElement.Parse(schema)) : compiler.Regex(options.Regex!);
        }
        catch (FormatException fault)
        {
            faults.Add(options.Regex is null ? new("jsonSchema", $"must be a JSON Schema that can be kept to, but is not: {fault.Message}") : new("regex", $"must be one that can be kept to, but is not: {fault.Message}"));
        }
        catch (JsonException)
        {
            faults.Add(new("jsonSchema", $"must be JSON, but {JsonBreak.Describe(options.JsonSchema!)}."));
        }

        return null;
    }
}
