using System.Text.RegularExpressions;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Generation.Constraints;

namespace Ptgp.Backbone.Tests.Generation.Constraints;

/// <summary>The whole of what is written matches the expression.</summary>
public class RegexTests
{
    private static readonly Dictionary<string, ITokenizer> tokenizers = ((string[])["gpt2", "qwen2", "llama", "t5-v1_0"]).ToDictionary(name => name, name => CheckpointFolder.Open(Repository.Fixture("models", name)).LoadTokenizer());

    [Theory]
    [InlineData("yes|no", "yes", "maybe")]
    [InlineData("[a-z]+", "dogs", "dogs1")]
    [InlineData("^\\d{4}-\\d{2}$", "2026-11", "x2026-11")]
    [InlineData("a(?:b|cd)*e?", "acdb", "ad")]
    [InlineData("[^x]{2}", "ab", "abc")]
    [InlineData("", "", "a")]
    [InlineData(".*\\.", "It is so.", "It is so")]
    public void WhatMatchesIsAllowedAndNothingElse(string regex, string right, string wrong)
    {
        foreach (var model in tokenizers.Keys)
        {
            Assert.Matches($"^(?:{regex})$", right);
            Assert.DoesNotMatch($"^(?:{regex})$", wrong);
            Assert.True(May(model, regex, right), $"{model} must be able to write {right}.");
            Assert.False(May(model, regex, wrong), $"{model} must not be able to write {wrong}.");
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen2")]
    [InlineData("llama")]
    [InlineData("t5-v1_0")]
    public void WhatIsDrawnAtRandomMatches(string model)
    {
        var (tokenizer, ended) = (tokenizers[model], 0);
        foreach (var regex in (string[])["(?:yes|no)(, please)?[.!]", "[A-Za-z]{2,12}( [0-9]+)?", "é?[^a-z]{1,3}-\\w+", "(a|b(c|d))+"])
        {
            var form = ConstraintCompiler.Of(tokenizer).Regex(regex);
            for (var seed = 0; seed < 25; seed++)
            {
                var random = new Random(seed);
                List<int> ids = [];
                for (var id = -1; ids.Count < 40 && id != tokenizer.EndId;)
                {
                    int[] allowed = [.. form.Following([.. ids], [tokenizer.EndId])];
                    id = allowed.Contains(tokenizer.EndId) && random.Next(4) == 0 ? tokenizer.EndId : allowed[random.Next(allowed.Length)];
                    ids.Add(id);
                }

                if (ids[^1] == tokenizer.EndId)
                {
                    ended++;
                    var text = tokenizer.Decode(ids[..^1]);
                    var units = string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp ? ((char)rune.Value).ToString() : "\uE000"));
                    Assert.True(Regex.IsMatch(units, $"^(?:{regex})$"), $"'{text}' must match {regex}.");
                }
            }
        }

        Assert.InRange(ended, 30, 100);
    }

    [Fact]
    public void WhatCannotBeKeptToIsRefusedInWords()
    {
        var facts = new DecoderFacts(100, 0, 1) { Tokenizer = tokenizers["gpt2"] };
        Refused(new() { Regex = "(?=a)" }, "regex must be one that can be kept to, but is not: A regular expression must be made of characters, ", "but it holds (?.");
        Refused(new() { Regex = "a", JsonSchema = "{}" }, "jsonSchema and regex must not stand together");
        Refused(new() { Regex = "" }, "regex must not be empty");
        Refused(new() { JsonSchema = "{" }, "jsonSchema must be JSON, but it ends at character 1, where the '{' of character 1 is still open.");
        Refused(new() { JsonSchema = """{"type": "integer", "multipleOf": 2}""" }, "jsonSchema must be a JSON Schema that can be kept to, but is not: ", "it holds 'multipleOf' of type integer");
        Assert.Equal(("a", null), (new GenerationOptions { Regex = "a" }.Or(new() { JsonSchema = "{}" }).Regex, new GenerationOptions { Regex = "a" }.Or(new() { JsonSchema = "{}" }).JsonSchema));

        void Refused(GenerationOptions options, params string[] parts)
        {
            var fault = Assert.Throws<ArgumentException>(() => ResolvedOptions.From(options, facts));
            Assert.StartsWith(parts[0], fault.Message, StringComparison.Ordinal);
            Assert.All(parts, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(""" {"type": "object"} """, "this one has none: the vocabulary lacks ']', ':', '{', '}'.")]
    [InlineData(""" {"type": "array", "items": {"type": "string", "pattern": "^[\u007e\u0416]$"}} """, "this one has none: the vocabulary lacks '~', ']'.")]
    [InlineData("a{2}[\u20ac\u0416]+", "matches none: the vocabulary lacks '€'.")]
    [InlineData("(a|~)\\n|\\u0416", "matches none: the vocabulary lacks '~', U+000A, 'Ж'.")]
    public void WhatTheVocabularyLacksIsNamed(string form, string fault)
    {
        var compiler = ConstraintCompiler.Of(tokenizers["t5-v1_0"]);
        Assert.EndsWith(fault, Assert.Throws<FormatException>(() => form.StartsWith(' ') ? compiler.JsonSchema(System.Text.Json.JsonElement.Parse(form)) : compiler.Regex(form)).Message, StringComparison.Ordinal);
    }

    // A ban on repeated n-grams would leave nothing; a token that was forced may not fit.
    [Fact]
    public async Task WhatAFormRepeatsMayBeRepeatedAndWhatDoesNotFitItIsAFault()
    {
        using var bench = new EngineBench("gpt2");
        GenerationOptions options = new() { Regex = "(?:ja ){9}ja", NoRepeatNgramSize = 2, EncoderNoRepeatNgramSize = 1, MaxNewTokens = 60 };
        var written = await bench.WriteAsync(bench.Request(1, options), TestContext.Current.CancellationToken);
        Assert.Equal((string.Join(' ', Enumerable.Repeat("ja", 10)), FinishReason.End), (written.Best.Text, written.Best.Finish));
        var fault = await Assert.ThrowsAsync<ForbiddenException>(() => bench.WriteAsync(bench.Request(1, options with { MinNewTokens = 59 }), TestContext.Current.CancellationToken));
        Assert.Contains("every token is forbidden", fault.Message, StringComparison.Ordinal);
        using var t5 = new EngineBench();
        fault = await Assert.ThrowsAsync<ForbiddenException>(() => t5.WriteAsync(t5.Request(1, new() { Regex = "[0-9]+", ForcedBosTokenId = tokenizers["t5-v1_0"].Tokenize("dog")[^1].Id }), TestContext.Current.CancellationToken));
        Assert.StartsWith("What is written must keep to its form (jsonSchema, regex), but a token that was forced does not.", fault.Message, StringComparison.Ordinal);
    }

    private static bool May(string model, string regex, string text)
    {
        var tokenizer = tokenizers[model];
        int[] ids = [.. tokenizer.Tokenize(text).Select(token => token.Id)];
        var form = ConstraintCompiler.Of(tokenizer).Regex(regex);
        return Enumerable.Range(0, ids.Length + 1).All(i => form.Following(ids.AsSpan(0, i), [tokenizer.EndId]).Contains(i < ids.Length ? ids[i] : tokenizer.EndId));
    }
}
