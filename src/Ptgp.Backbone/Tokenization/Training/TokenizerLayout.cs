namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>As which family's tokenizer a trained one is written: its special tokens, where they stand, and its files.</summary>
public sealed class TokenizerLayout
{
    private TokenizerLayout(string name, string about, params string[] first) => (Name, About, First) = (name, about, first);

    /// <summary>Gets all layouts.</summary>
    public static IReadOnlyList<TokenizerLayout> All { get; } =
    [
        new("marian", "source.spm, target.spm and vocab.json", "</s>", "<unk>") { Pad = "<pad>", AddsPad = true, End = "</s>", Unknown = "<unk>", Class = "MarianTokenizer", Settings = [("separate_vocabs", false)] },
        new("t5", "spiece.model and tokenizer.json, with 100 sentinels behind the pieces", "<pad>", "</s>", "<unk>")
            { Pad = "<pad>", End = "</s>", Unknown = "<unk>", Class = "T5Tokenizer", Settings = [("legacy", true)], Sentinels = 100, SentencePiece = "spiece.model", Behind = ["</s>"], HasJson = true },
        new("llama", "tokenizer.model and tokenizer.json, byte pairs with byte fallback", "<unk>", "<s>", "</s>")
            { Begin = "<s>", End = "</s>", Unknown = "<unk>", Class = "LlamaTokenizer", Settings = [("add_bos_token", true), ("add_eos_token", false), ("legacy", true)], SentencePiece = "tokenizer.model", Before = ["<s>"], IsBytePair = true, HasByteFallback = true, HasJson = true },
        new("gpt2", "tokenizer.json, vocab.json and merges.txt, byte pairs of bytes")
            { Begin = "<|endoftext|>", End = "<|endoftext|>", Unknown = "<|endoftext|>", Last = ["<|endoftext|>"], Class = "GPT2Tokenizer", Settings = [("add_prefix_space", false)], IsBytePair = true, IsOfBytes = true, HasJson = true },
        new("bert", "tokenizer.json", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
            { Pad = "[PAD]", Unknown = "[UNK]", Class = "PreTrainedTokenizerFast", Roles = [("cls_token", "[CLS]"), ("sep_token", "[SEP]"), ("mask_token", "[MASK]")], Before = ["[CLS]"], Behind = ["[SEP]"], HasJson = true },
    ];

    /// <summary>Gets its name, which is the <c>model_type</c> of its family.</summary>
    public string Name { get; }

    /// <summary>Gets which files it has.</summary>
    public string About { get; }

    /// <summary>Gets whether it is byte pairs unless something else is asked for.</summary>
    public bool IsBytePair { get; private init; }

    /// <summary>Gets whether its pieces are of bytes, so that it needs neither normalization nor coverage.</summary>
    public bool IsOfBytes { get; private init; }

    /// <summary>Gets whether what no piece covers becomes bytes unless something else is asked for.</summary>
    public bool HasByteFallback { get; private init; }

    /// <summary>Gets the special tokens before the pieces.</summary>
    internal IReadOnlyList<string> First { get; }

    /// <summary>Gets those behind the pieces.</summary>
    internal IReadOnlyList<string> Last { get; private init; } = [];

    /// <summary>Gets the token that begins a text; null for none.</summary>
    internal string? Begin { get; private init; }

    /// <summary>Gets the token that ends a text; null for none.</summary>
    internal string? End { get; private init; }

    /// <summary>Gets the token that fills up a batch; null for none.</summary>
    internal string? Pad { get; private init; }

    /// <summary>Gets whether that token is none of SentencePiece's, but of the vocabulary alone.</summary>
    internal bool AddsPad { get; private init; }

    /// <summary>Gets the token of what no piece covers.</summary>
    internal string Unknown { get; private init; } = "";

    /// <summary>Gets the further roles of tokens.</summary>
    internal IReadOnlyList<(string Role, string Token)> Roles { get; private init; } = [];

    /// <summary>Gets what stands before a text.</summary>
    internal IReadOnlyList<string> Before { get; private init; } = [];

    /// <summary>Gets what stands behind a text.</summary>
    internal IReadOnlyList<string> Behind { get; private init; } = [];

    /// <summary>Gets how many sentinels are numbered behind the pieces.</summary>
    internal int Sentinels { get; private init; }

    /// <summary>Gets the file of SentencePiece's model; null for none, or for Marian's two.</summary>
    internal string? SentencePiece { get; private init; }

    /// <summary>Gets whether it has a <c>tokenizer.json</c>.</summary>
    internal bool HasJson { get; private init; }

    /// <summary>Gets what else its <c>tokenizer_config.json</c> says.</summary>
    internal IReadOnlyList<(string Field, bool Value)> Settings { get; private init; } = [];

    /// <summary>Gets the reference's class.</summary>
    internal string Class { get; private init; } = "";

    /// <summary>Finds a layout by its name, or by that of a shape of <see cref="FreshShape"/>; null when there is none.</summary>
    public static TokenizerLayout? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var family = FreshShape.All.FirstOrDefault(shape => shape.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Family ?? name;
        return All.FirstOrDefault(layout => layout.Name.Equals(family, StringComparison.OrdinalIgnoreCase));
    }
}
