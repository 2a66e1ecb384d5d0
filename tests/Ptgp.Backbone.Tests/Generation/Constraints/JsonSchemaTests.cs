using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Ptgp.Backbone.Generation.Constraints;

namespace Ptgp.Backbone.Tests.Generation.Constraints;

/// <summary>Whatever is likely, what is written by a schema is JSON of it.</summary>
public class JsonSchemaTests
{
    private static readonly ConcurrentDictionary<string, ITokenizer> tokenizers = new(((string[])["gpt2", "qwen2", "llama", "mistral"]).Select(name => KeyValuePair.Create(name, CheckpointFolder.Open(Repository.Fixture("models", name)).LoadTokenizer())));

    private static TokenAutomaton Compile(string model, JsonElement schema) => ConstraintCompiler.Of(tokenizers[model]).JsonSchema(schema);

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen2")]
    [InlineData("llama")]
    [InlineData("mistral")]
    public void WhatIsDrawnAtRandomIsJsonOfARandomSchema(string model)
    {
        var ended = 0;
        Gen.Select(SchemaOf(3), Gen.Int[0, int.MaxValue]).Sample(
            (text, seed) =>
            {
                var schema = JsonElement.Parse(text);
                if (Write(model, schema, new(seed)) is { } written)
                {
                    Interlocked.Increment(ref ended);
                    using var json = JsonDocument.Parse(written);
                    Assert.True(Holds(schema, json.RootElement), $"{written} must be of the schema {text}.");
                }
            },
            iter: 60);
        Assert.InRange(ended, 40, 60);
    }

    [Fact]
    public void AVocabularyOfFiftyThousandIsWalked()
    {
        tokenizers["whisper"] = CheckpointFolder.Open(Repository.Fixture("models", "whisper")).LoadTokenizer();
        const string schema = """{"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}, "age": {"type": "integer"}}, "required": ["name"]}""";
        for (var seed = 0; seed < 5; seed++)
        {
            var written = Write("whisper", JsonElement.Parse(schema), new(seed));
            Assert.True(written is null || Holds(JsonElement.Parse(schema), JsonElement.Parse(written)), written);
        }

        Assert.True(May("whisper", schema, """{"name": "Zoë 👍🏽", "age": 7}"""));
    }

    // The same text in other tokens is as right.
    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen2")]
    public void WhatIsJsonOfTheSchemaMayBeWritten(string model) => Gen.Select(SchemaOf(2), Gen.Int[0, int.MaxValue]).Sample(
        (text, seed) =>
        {
            var schema = JsonElement.Parse(text);
            if (Write(model, schema, new(seed)) is { } written)
            {
                int[] ids = [.. tokenizers[model].Tokenize(written).Select(token => token.Id)];
                var form = Compile(model, schema);
                Assert.All(Enumerable.Range(0, ids.Length), i => Assert.Contains(ids[i], form.Following(ids.AsSpan(0, i), [tokenizers[model].EndId])));
                Assert.Contains(tokenizers[model].EndId, form.Following(ids, [tokenizers[model].EndId]));
            }
        },
        iter: 30);

    [Theory]
    [InlineData("""{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}""", """{"name": "Ann", "age": 7}""", """{"age": 7}""")]
    [InlineData("""{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}""", """{"name":"Ann"}""", """{"age":7,"name":"Ann"}""")]
    [InlineData("""{"enum": ["red", "green", 3]}""", "\"red\"", "\"re\"")]
    [InlineData("""{"type": "string", "maxLength": 3}""", "\"añ😀\"", "\"abcd\"")]
    [InlineData("""{"type": "string", "minLength": 2}""", "\"\\u00e9\\n\"", "\"a\"")]
    [InlineData("""{"type": "string"}""", "\"\\ud7ff\"", "\"\\ud83d\"")]
    [InlineData("""{"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2}""", "[true, false]", "[]")]
    [InlineData("""{"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2}""", "[true]", "[true,true,true]")]
    [InlineData("""{"type": ["number", "null"]}""", "-12.5e+7", "01")]
    [InlineData("""{"type": "integer"}""", "-0", "1.5")]
    [InlineData("""{"anyOf": [{"type": "null"}, {"const": {"a": [1]}}]}""", """{"a":[1]}""", """{"a":[2]}""")]
    [InlineData("""{"oneOf": [{"type": "null"}, {"type": "string"}]}""", "null", "1")]
    [InlineData("""{"type": "object", "additionalProperties": {"type": "integer"}}""", """{"x": 1, "y": 2}""", """{"x":"1"}""")]
    [InlineData("true", """[1, {"a": [null]}]""", "tru3")]
    [InlineData("""{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {"value": {"type": "integer"}, "left": {"$ref": "#/$defs/tree"}}, "required": ["value"]}}}""", """{"value":1,"left":{"value":2}}""", """{"value":1,"left":{}}""")]
    [InlineData("""{"type": "string", "enum": ["a", 1]}""", "\"a\"", "1")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "null"}}""", "[\"a\", 1, null, null]", "[\"a\", null]")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}""", "[\"a\"]", "[\"a\", 1, null]")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 3}""", "[\"a\", 1, true]", "[\"a\"]")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "maxItems": 1, "uniqueItems": false}""", "[]", "[\"a\", 1]")]
    [InlineData("""{"type": "integer", "minimum": -3, "exclusiveMaximum": 120}""", "119", "120")]
    [InlineData("""{"type": "integer", "minimum": -3, "exclusiveMaximum": 120}""", "-3", "-4")]
    [InlineData("""{"type": "integer", "exclusiveMinimum": 0, "minimum": -5}""", "1", "0")]
    [InlineData("""{"type": "number", "minimum": 0.5, "maximum": 12}""", "0.50", "0.49")]
    [InlineData("""{"type": "number", "minimum": 0.5, "maximum": 12}""", "12.0", "12.01")]
    [InlineData("""{"type": "number", "exclusiveMinimum": -1}""", "-0.999", "-1.0")]
    [InlineData("""{"maximum": 5}""", "4.75", "\"a\"")]
    [InlineData("""{"type": "string", "pattern": "^[A-Z]{2}-\\d{1,3}$"}""", "\"AB-12\"", "\"AB-1234\"")]
    [InlineData("""{"type": "string", "pattern": "^a+|b$"}""", "\"xyb\"", "\"xby\"")]
    [InlineData("""{"type": "string", "pattern": "^(?:yes|no)?[!?.]*$"}""", "\"no!?\"", "\"maybe\"")]
    [InlineData("""{"type": "string", "pattern": "^[^,\"]*\"$"}""", "\"añ\\\"\"", "\"a,\\\"\"")]
    [InlineData("""{"type": "string", "pattern": "^\\w+\\s\\S.\\u00e9[é\\]]$"}""", "\"a bcé]\"", "\"a  céé\"")]
    [InlineData("""{"type": ["string", "null"], "pattern": "^.{2}$"}""", "\"é😀\"", "\"é\"")]
    public void WhatASchemaAllowsIsAllowedAndNothingElse(string schema, string right, string wrong)
    {
        foreach (var model in (string[])["gpt2", "qwen2", "llama", "mistral"])
        {
            Assert.True(May(model, schema, right), $"{model} must be able to write {right}.");
            Assert.False(May(model, schema, wrong), $"{model} must not be able to write {wrong}.");
        }
    }

    [Theory]
    [InlineData("""{"type": "string", "pattern": "(?=a)"}""", "'pattern' of a JSON schema must be made of characters, '.', classes, \\d, \\w and \\s, groups, '|', '*', '+', '?', '{n,m}', and '^' and '$' around all, but at # it holds (?.")]
    [InlineData("""{"type": "string", "pattern": "a\\b"}""", "at # it holds \\b.")]
    [InlineData("""{"type": "string", "pattern": "a{2,1}"}""", "at # it holds {.")]
    [InlineData("""{"type": "string", "pattern": "*"}""", "at # it holds *.")]
    [InlineData("""{"type": "string", "pattern": "(a"}""", "at # it holds ( without ).")]
    [InlineData("""{"type": "string", "pattern": "a)"}""", "at # it holds ).")]
    [InlineData("""{"type": "string", "pattern": "[a"}""", "at # it holds [ without ].")]
    [InlineData("""{"type": "string", "pattern": "[^é]"}""", "at # it holds [^ with a character beyond ASCII.")]
    [InlineData("""{"type": "string", "pattern": "[à-é]"}""", "at # it holds a range beyond ASCII, or one that is none.")]
    [InlineData("""{"type": "string", "pattern": "(^a)"}""", "at # it holds ^.")]
    [InlineData("""{"type": "string", "pattern": "a", "minLength": 2}""", "at # it holds 'minLength' beside 'pattern', where it cannot be kept to")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "integer", "multipleOf": 3}}}""", "at #/properties/a it holds 'multipleOf' of type integer, which is not known")]
    [InlineData("""{"type": "array", "uniqueItems": true}""", "at # it holds 'uniqueItems' of type array, which is not known")]
    [InlineData("""{"type": "integer", "minimum": "3"}""", "'minimum' of a JSON schema must be a number of at most 28 digits, but at # it is \"3\"")]
    [InlineData("""{"type": "integer", "minimum": 3.1, "maximum": 3.9}""", "must have a value that can be written")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "null"}], "items": false, "minItems": 2}""", "must have a value that can be written")]
    [InlineData("""{"not": {"type": "null"}}""", "at # it holds 'not', which is not known")]
    [InlineData("""{"type": "text"}""", "at #/type it holds 'text', which is not known")]
    [InlineData("""{"anyOf": [{"type": "null"}], "minimum": 1}""", "at # it holds 'minimum' beside 'anyOf', where it cannot be kept to")]
    [InlineData("""{"oneOf": [{"type": "integer"}, {"type": "number"}]}""", "at #/oneOf it holds oneOf of choices whose types are not different")]
    [InlineData("""{"$ref": "#/$defs/none"}""", "refers to '#/$defs/none', which is not there")]
    [InlineData("""{"$ref": "https://example.org/a"}""", "must refer to its own definitions")]
    [InlineData("""{"type": "object", "properties": {}, "required": ["a"]}""", "must be one of its properties, but at # 'a' is not")]
    [InlineData("""{"type": "array", "minItems": -1}""", "'minItems' of a JSON schema must be a whole number that is not negative, but at # it is -1")]
    [InlineData("""{"type": "array", "minItems": 2, "maxItems": 1}""", "must have a value that can be written")]
    [InlineData("""{"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}}""", "must have a value that can be written")]
    [InlineData("""{"type": "array", "minItems": 100000, "items": {"type": "number"}}""", "must be small enough to keep")]
    [InlineData("3", "must be an object, true or false, but at # it is 3")]
    public void WhatASchemaMayNotHoldIsNamed(string schema, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Compile("gpt2", JsonElement.Parse(schema))).Message, StringComparison.Ordinal);

    // Numbers are compared as digits; the standard compares what they are worth.
    [Fact]
    public void ANumberIsAllowedWhereItIsWithinItsBounds() => Gen.Select(Gen.Decimal[-30, 30], Gen.Decimal[-30, 30], Gen.Int[0, 15], Gen.Decimal[-31, 31], Gen.Int[0, 3]).Sample(
        (one, other, kind, value, places) =>
        {
            var (least, most, number) = (Math.Round(Math.Min(one, other), places), Math.Round(Math.Max(one, other), places), Math.Round(value, kind >= 8 ? 0 : places));
            // Bounds themselves are where it goes wrong.
            number = (kind & 3) == 0 ? number : (kind & 3) == 1 ? least : (kind & 3) == 2 ? most : number;
            var (excludesLeast, excludesMost, isWhole) = ((kind & 4) == 0, kind % 3 == 0, kind >= 8);
            var schema = Written($$"""{"type": "{{(isWhole ? "integer" : "number")}}", "{{(excludesLeast ? "exclusiveMinimum" : "minimum")}}": {{least}}, "{{(excludesMost ? "exclusiveMaximum" : "maximum")}}": {{most}}}""");
            var isWithin = (excludesLeast ? number > least : number >= least) && (excludesMost ? number < most : number <= most) && (!isWhole || number == decimal.Truncate(number));
            var isPossible = !isWhole ? least < most || !(excludesLeast || excludesMost)
                : Enumerable.Range(-31, 63).Any(whole => (excludesLeast ? whole > least : whole >= least) && (excludesMost ? whole < most : whole <= most));
            if (isPossible)
            {
                var text = isWhole && number == decimal.Truncate(number) ? Written($"{decimal.Truncate(number)}") : Written($"{number}");
                Assert.True(May("gpt2", schema, text == "-0" ? "0" : text) == isWithin, $"{text} in {schema}: {isWithin}");
            }
            else
            {
                Assert.Throws<FormatException>(() => Compile("gpt2", JsonElement.Parse(schema)));
            }
        },
        iter: 300);

    [Fact]
    public void AnExpressionDoesNotEndTheProcess()
    {
        var fault = Assert.Throws<FormatException>(() => Compile("gpt2", JsonElement.Parse($$"""{"type": "string", "pattern": "{{new string('(', 200_000)}}"}""")));
        Assert.Contains("it holds groups more than 64 deep", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<FormatException>(() => Compile("gpt2", JsonElement.Parse("""{"type": "string", "pattern": "(?:a{2000}){2000}"}""")));
        Assert.Contains("must be small enough to keep", fault.Message, StringComparison.Ordinal);
    }

    private static string Written(FormattableString text) => FormattableString.Invariant(text);

    // Draws from what is allowed, the likelier the nearer it is to the end; null where there is none in sight.
    private static string? Write(string model, JsonElement schema, Random random)
    {
        var (tokenizer, form) = (tokenizers[model], Compile(model, schema));
        List<int> ids = [];
        while (ids.Count < 200)
        {
            int[] allowed = [.. form.Following([.. ids], [tokenizer.EndId])];
            Assert.NotEmpty(allowed);
            int[] closing = [.. allowed.Where(id => id == tokenizer.EndId || tokenizer.GetEntry(id) is "\"" or "}" or "]")];
            var id = closing.Length > 0 && random.Next(3) == 0 ? closing[random.Next(closing.Length)] : allowed[random.Next(allowed.Length)];
            if (id == tokenizer.EndId)
            {
                return tokenizer.Decode(ids);
            }

            ids.Add(id);
        }

        return null;
    }

    private static bool May(string model, string schema, string text)
    {
        var tokenizer = tokenizers[model];
        int[] ids = [.. tokenizer.Tokenize(text).Select(token => token.Id)];
        Assert.Equal(text, tokenizer.Decode(ids));
        var form = Compile(model, JsonElement.Parse(schema));
        return Enumerable.Range(0, ids.Length + 1).All(i => form.Following(ids.AsSpan(0, i), [tokenizer.EndId]).Contains(i < ids.Length ? ids[i] : tokenizer.EndId));
    }

    private static readonly string[] flats =
    [
        """{"type": "string"}""", """{"type": "integer"}""", """{"type": "number"}""", """{"type": "boolean"}""", """{"type": "null"}""", """{"type": ["integer", "null"]}""",
        """{"type": "integer", "minimum": -12, "exclusiveMaximum": 305}""", """{"type": "number", "exclusiveMinimum": -0.25, "maximum": 17.125}""",
        """{"type": "string", "pattern": "^[A-Z]{2}-\\d{1,3}$"}""", """{"type": "string", "pattern": "^(?:ab|c.){0,3}[^x-z\"]?$"}""",
        """{"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "integer", "minimum": 1}], "items": {"type": "null"}, "minItems": 1, "maxItems": 4}""",
        """{"enum": ["red", "gr\u00fcn", 7, null]}""", """{"const": [1, "a"]}""",
    ];

    private static Gen<string> SchemaOf(int depth)
    {
        var flat = Gen.OneOf(
            Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Select((least, more) => $$"""{"type": "string", "minLength": {{least}}, "maxLength": {{least + more}}}"""),
            Gen.Int[0, flats.Length - 1].Select(i => flats[i]));
        if (depth == 0)
        {
            return flat;
        }

        var inside = SchemaOf(depth - 1);
        return Gen.OneOf(
            flat,
            Gen.Select(inside, Gen.Int[0, 2], Gen.Int[0, 2]).Select((items, least, more) => $$"""{"type": "array", "items": {{items}}, "minItems": {{least}}, "maxItems": {{least + more}}}"""),
            Gen.Select(inside.Array[0, 3], Gen.Int[0, 7]).Select((all, required) => $$"""
                {"type": "object", "additionalProperties": false, "properties": { {{string.Join(", ", all.Select((one, i) => $"\"p{i}\": {one}"))}} }, "required": [{{string.Join(", ", all.Index().Where(one => (required >> one.Index & 1) == 1).Select(one => $"\"p{one.Index}\""))}}]}
                """),
            Gen.Select(inside, inside).Select((first, second) => $$"""{"anyOf": [{{first}}, {{second}}]}"""));
    }

    // What the standard says of the keywords that are drawn.
    private static bool Holds(JsonElement schema, JsonElement value)
    {
        JsonElement? Get(string name) => schema.TryGetProperty(name, out var found) ? found : null;
        var length = value.ValueKind == JsonValueKind.String ? value.GetString()!.EnumerateRunes().Count() : value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;
        return (Get("anyOf") is not { } any || any.EnumerateArray().Any(one => Holds(one, value)))
            && (Get("enum") is not { } all || all.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
            && (Get("const") is not { } only || JsonElement.DeepEquals(only, value))
            && (Get("type") is not { } type || (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : Enumerable.Repeat(type, 1)).Any(name => IsOf(name.GetString()!, value)))
            && length >= ((Get("minLength") ?? Get("minItems"))?.GetInt32() ?? 0)
            && length <= ((Get("maxLength") ?? Get("maxItems"))?.GetInt32() ?? int.MaxValue)
            && (Get("prefixItems") is not { } first || value.EnumerateArray().Zip(first.EnumerateArray()).All(pair => Holds(pair.Second, pair.First)))
            && (Get("items") is not { } items || value.EnumerateArray().Skip(Get("prefixItems")?.GetArrayLength() ?? 0).All(one => Holds(items, one)))
            && (Get("pattern") is not { } pattern || Regex.IsMatch(InOneUnitEach(value.GetString()!), pattern.GetString()!))
            && (Get("minimum") is not { } least || Compare(value, least) >= 0) && (Get("exclusiveMinimum") is not { } above || Compare(value, above) > 0)
            && (Get("maximum") is not { } most || Compare(value, most) <= 0) && (Get("exclusiveMaximum") is not { } below || Compare(value, below) < 0)
            && (Get("properties") is not { } properties || value.EnumerateObject().All(one => properties.TryGetProperty(one.Name, out var property) && Holds(property, one.Value)))
            && (Get("required") is not { } required || required.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)));
    }

    // A pattern of the standard counts code points, .NET's UTF-16 units; none of the patterns names a character beyond ASCII.
    private static string InOneUnitEach(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp ? (char)rune.Value : '\uE000'));

    // What decimal cannot hold is far from every bound.
    private static int Compare(JsonElement value, JsonElement bound) =>
        value.TryGetDecimal(out var exact) ? exact.CompareTo(bound.GetDecimal()) : value.GetDouble().CompareTo(bound.GetDouble());

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetRawText().TrimStart('-').All(char.IsAsciiDigit),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(value.ValueKind.ToString(), type, StringComparison.OrdinalIgnoreCase),
    };
}
