using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>Compiles JSON schemas and regular expressions for one vocabulary, and keeps those that were asked for last. Safe to use from many threads.</summary>
internal sealed class ConstraintCompiler
{
    private const int Most = 16;

    private static readonly ConditionalWeakTable<ITokenizer, ConstraintCompiler> all = [];

    private readonly Lazy<VocabularyBytes> vocabulary;
    private readonly Dictionary<(bool IsSchema, string Text), TokenAutomaton> forms = [];

    private ConstraintCompiler(ITokenizer tokenizer) => vocabulary = new(() => new(tokenizer));

    /// <summary>Gets the compiler of a vocabulary, which must be byte-level, or SentencePiece's.</summary>
    public static ConstraintCompiler Of(ITokenizer tokenizer) => all.GetValue(tokenizer, static tokenizer => new(tokenizer));

    /// <summary>Compiles a JSON schema.</summary>
    /// <remarks>
    /// Of JSON Schema (draft 2020-12) it knows <c>type</c>, <c>properties</c> and <c>required</c>, <c>additionalProperties</c> where no property is named, <c>items</c>,
    /// <c>prefixItems</c>, <c>minItems</c>, <c>maxItems</c>, <c>minLength</c>, <c>maxLength</c>, <c>pattern</c>, the bounds of numbers (<c>minimum</c> and the like), <c>enum</c>, <c>const</c>, <c>anyOf</c>, <c>oneOf</c> of different types, <c>allOf</c> of one, and
    /// <c>$ref</c> to <c>$defs</c>. Properties are written in their order, no others, on one line with at most a blank behind each comma and colon. What refers to itself does so
    /// five times at most, and any value holds others four deep. Numbers have at most 15 digits before their point and behind it.
    /// </remarks>
    /// <param name="schema">The schema.</param>
    /// <exception cref="FormatException">It is none, holds what is not known, or what the vocabulary cannot write; the message names it.</exception>
    public TokenAutomaton JsonSchema(JsonElement schema) => Keep(true, schema.GetRawText(), () =>
    {
        JsonGrammar grammar = new(schema, vocabulary.Value.Writes);
        return grammar.Root ?? throw new FormatException(
            $"A JSON schema must have a value that can be written, but this one has none: {(grammar.Lacking.Any ? $"the vocabulary lacks {grammar.Lacking}." : "it contradicts itself or never ends.")}");
    });

    /// <summary>Compiles a regular expression that the whole of a text matches; see <see cref="TextPattern"/> for what may stand in it.</summary>
    /// <exception cref="FormatException">It is none, holds what is not known, or what the vocabulary cannot write; the message names it.</exception>
    public TokenAutomaton Regex(string expression) => Keep(false, expression, () =>
    {
        LackingCharacters lacking = new();
        return TextPattern.Whole(expression, vocabulary.Value.Writes, lacking) ?? throw new FormatException(
            $"A regular expression must match a text that can be written, but '{expression}' matches none: the vocabulary lacks {lacking}.");
    });

    private TokenAutomaton Keep(bool isSchema, string text, Func<Pattern> read)
    {
        lock (forms)
        {
            if (!forms.TryGetValue((isSchema, text), out var form))
            {
                if (forms.Count == Most)
                {
                    forms.Clear();
                }

                // The first token of a SentencePiece text begins with a blank.
                var blank = isSchema || !vocabulary.Value.IsByteLevel ? Pattern.Optional(Pattern.Text(" ")) : Pattern.Empty;
                forms[(isSchema, text)] = form = new(vocabulary.Value, new Pattern.Sequence(blank, read()));
            }

            return form;
        }
    }
}
