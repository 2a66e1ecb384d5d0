using System.Text.Json;

namespace Ptgp.Toolkit.Json;

/// <summary>Compiles JSON schemas for one vocabulary, and keeps those that were asked for last. Safe to use from many threads.</summary>
/// <param name="tokenizer">The vocabulary: byte-level, or SentencePiece.</param>
public sealed class JsonSchemaCompiler(ITokenizer tokenizer)
{
    private const int Most = 16;

    private readonly Lazy<VocabularyBytes> vocabulary = new(() => new(tokenizer));
    private readonly Dictionary<string, JsonSchema> schemas = [];

    /// <summary>Compiles a schema; see <see cref="JsonSchema"/> for what may stand in it.</summary>
    /// <exception cref="FormatException">It is none, holds what is not known, or what the vocabulary cannot write; the message names it.</exception>
    public JsonSchema Compile(JsonElement schema)
    {
        lock (schemas)
        {
            var text = schema.GetRawText();
            if (!schemas.TryGetValue(text, out var compiled))
            {
                if (schemas.Count == Most)
                {
                    schemas.Clear();
                }

                schemas[text] = compiled = JsonSchema.Compile(schema, vocabulary.Value);
            }

            return compiled;
        }
    }
}
