using System.Text.Json;

namespace Ptgp.Backbone.Tokenization;

/// <summary>
/// What <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> say, whichever of them are there:
/// the roles of special tokens, the tokens added to a vocabulary, and the family's own settings.
/// </summary>
internal sealed class TokenizerSettings
{
    private static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, string> roles = [];
    private readonly Dictionary<string, (int? Id, AddedToken Token)> added = new(StringComparer.Ordinal);
    private JsonElement config;

    private TokenizerSettings(string folder)
    {
        Folder = folder;
    }

    /// <summary>Gets the checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>Reads the files of a folder.</summary>
    /// <exception cref="CheckpointException">One of them is broken.</exception>
    public static TokenizerSettings Read(string folder)
    {
        var settings = new TokenizerSettings(folder);
        var configPath = Path.Combine(folder, "tokenizer_config.json");
        using var config = TokenizerFile.ReadOptionalJson(configPath);
        using var map = TokenizerFile.ReadOptionalJson(Path.Combine(folder, "special_tokens_map.json"));
        using var added = TokenizerFile.ReadOptionalJson(Path.Combine(folder, "added_tokens.json"));
        settings.config = config?.RootElement.Clone() ?? default;
        settings.ReadDecoder(configPath);
        if (added is not null)
        {
            foreach (var property in added.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var id) && id is >= 0 and <= 0xFFFFFF)
                {
                    settings.Add(new(id, property.Name) { IsNormalized = true }, id, replaces: false);
                }
            }
        }

        settings.ReadRoles(settings.config);
        if (map is not null)
        {
            settings.ReadRoles(map.RootElement);
        }

        return settings;
    }

    /// <summary>Gets how the token of a role, such as <c>eos_token</c>, is written; null when no file says.</summary>
    public string? Role(string name) => roles.GetValueOrDefault(name);

    /// <summary>Finds the id that ends a sequence: that of its role, else of an entry that usually does; 0 when there is none.</summary>
    public int FindEnd(Vocabulary vocabulary) => FindFirst(vocabulary, Role("eos_token"), Role("sep_token"), "</s>", "<|endoftext|>", "[SEP]") ?? 0;

    /// <summary>Finds the id that fills up a batch: that of its role, else of an entry that usually does, else the one that ends a sequence.</summary>
    public int FindPad(Vocabulary vocabulary) => FindFirst(vocabulary, Role("pad_token"), "<pad>", "[PAD]") ?? FindEnd(vocabulary);

    /// <summary>Gets a setting that is true or false.</summary>
    public bool Flag(string name, bool otherwise) => Setting(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => otherwise,
    };

    /// <summary>Gets a setting that is a whole number; null when it is absent.</summary>
    public int? Number(string name) => Setting(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>Gets a setting that is a text; null when it is absent.</summary>
    public string? Text(string name) => Setting(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Gets how the tokens of all roles are written, by the role's name.</summary>
    public IReadOnlyDictionary<string, object?> RoleTexts => roles.ToDictionary(role => role.Key, role => (object?)role.Value);

    /// <summary>Gets a setting that is a text, or several in a list of <c>{"name", "template"}</c>.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="only">What a text alone is called.</param>
    public Dictionary<string, string> NamedTexts(string name, string only)
    {
        Dictionary<string, string> texts = [];
        if (Text(name) is { } text)
        {
            texts[only] = text;
        }
        else if (Setting(name) is { ValueKind: JsonValueKind.Array } several)
        {
            foreach (var item in several.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var called) && item.TryGetProperty("template", out var template))
                {
                    texts[called.ToString()] = template.ToString();
                }
            }
        }

        return texts;
    }

    /// <summary>Gets the added tokens with the ids that the files or a vocabulary give them; those without an id are left out.</summary>
    /// <param name="find">Finds the id of an entry; -1 when there is none.</param>
    /// <param name="limit">The first id that the backbone does not know.</param>
    public IEnumerable<AddedToken> AddedTokens(Func<string, int> find, int limit = int.MaxValue)
    {
        foreach (var (content, (known, token)) in added)
        {
            var id = known ?? find(content);
            if (id >= 0 && id < limit)
            {
                yield return token with { Id = id };
            }
        }
    }

    private static int? FindFirst(Vocabulary vocabulary, params ReadOnlySpan<string?> entries)
    {
        foreach (var entry in entries)
        {
            if (entry is not null && vocabulary.Find(entry) is var id and >= 0)
            {
                return id;
            }
        }

        return null;
    }

    private JsonElement? Setting(string name) => config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var value) ? value : null;

    private void ReadDecoder(string path)
    {
        if (Setting("added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } decoder)
        {
            return;
        }

        foreach (var property in decoder.EnumerateObject())
        {
            if (!int.TryParse(property.Name, out var id) || id is < 0 or > 0xFFFFFF || AddedTokenJson.Read(property.Value, id) is not { } token)
            {
                throw new CheckpointException($"{path}: added_tokens_decoder must give a token with 'content' for each whole number, but '{property.Name}' has none. Download the file again.");
            }

            Add(token, id, replaces: true);
        }
    }

    private void ReadRoles(JsonElement file)
    {
        if (file.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var role in Roles)
        {
            if (file.TryGetProperty(role, out var value) && AddedTokenJson.Read(value, -1) is { } token)
            {
                roles.TryAdd(role, token.Content);
                Add(token with { IsSpecial = true }, null, replaces: false);
            }
        }

        if (file.TryGetProperty("additional_special_tokens", out var more) && more.ValueKind == JsonValueKind.Array)
        {
            foreach (var value in more.EnumerateArray())
            {
                if (AddedTokenJson.Read(value, -1) is { } token)
                {
                    Add(token with { IsSpecial = true }, null, replaces: false);
                }
            }
        }
    }

    /// <summary>Adds a token; what an earlier file said about it stays, but what a later one calls special is.</summary>
    private void Add(AddedToken token, int? id, bool replaces)
    {
        if (replaces || !added.TryGetValue(token.Content, out var known))
        {
            added[token.Content] = (id, token);
            return;
        }

        added[token.Content] = (known.Id ?? id, known.Token with
        {
            IsSpecial = known.Token.IsSpecial || token.IsSpecial,
            IsNormalized = known.Token.IsNormalized && !token.IsSpecial,
        });
    }
}
