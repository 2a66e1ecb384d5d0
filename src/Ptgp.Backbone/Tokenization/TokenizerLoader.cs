using Ptgp.Backbone.Tokenization.Json;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Loads the tokenizer of a checkpoint folder.</summary>
public static class TokenizerLoader
{
    // The vocabularies of Transformer-XL.
    private static readonly string[] Pickles = ["vocab.pkl", "vocab.bin"];

    /// <summary>
    /// Loads <c>tokenizer.json</c> when it is there, else the model's own files: <c>source.spm</c>, <c>target.spm</c> and <c>vocab.json</c> (Marian),
    /// <c>spiece.model</c> (T5, Pegasus), <c>sentencepiece.bpe.model</c> (mBART, NLLB, XLM-R), the same and <c>vocab.json</c> (M2M-100), <c>tokenizer.model</c> (Llama, Mistral),
    /// <c>vocab.json</c> and <c>merges.txt</c> (BART, GPT-2), or <c>vocab.txt</c> (BERT). Special tokens also come from
    /// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="defaults">What its <c>config.json</c> says about the vocabulary.</param>
    /// <exception cref="CheckpointException">There is no tokenizer, or one of its files is broken; the message is for users.</exception>
    public static ITokenizer Load(string folder, TokenizerDefaults defaults)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(defaults);
        try
        {
            var settings = TokenizerSettings.Read(folder);
            var tokenizer = LoadAny(folder, settings, defaults);
            tokenizer.Pair = settings.Text("source_lang") is { } from && settings.Text("target_lang") is { } to ? new(from, to) : null;
            tokenizer.Languages = defaults.IsMultilingual ? tokenizer.Languages : new Dictionary<string, int>();
            tokenizer.Chat = new(() => ChatTemplate.Find(folder, tokenizer));
            return tokenizer;
        }
        catch (InvalidOperationException problem)
        {
            // JSON can write halves of surrogate pairs that stand alone; a text with them cannot be read.
            throw new CheckpointException($"{folder}: a text in one of the tokenizer's JSON files must be valid Unicode, but is not. Download the files again.", problem);
        }
    }

    private static TextTokenizer LoadAny(string folder, TokenizerSettings settings, TokenizerDefaults defaults)
    {
        if (Has("tokenizer.json"))
        {
            return TokenizerJson.Load(Path.Combine(folder, "tokenizer.json"), settings, defaults);
        }

        if (Has("source.spm") && Has("target.spm") && Has("vocab.json"))
        {
            return SentencePieceLoader.LoadMarian(settings, defaults);
        }

        if (Has("spiece.model"))
        {
            return (settings.Number("offset") ?? defaults.PieceOffset) is var offset and > 0
                ? PegasusLoader.Load(offset, settings, defaults)
                : SentencePieceLoader.LoadT5(Path.Combine(folder, "spiece.model"), settings, defaults);
        }

        if (Has("sentencepiece.bpe.model"))
        {
            return Has("vocab.json") ? FairseqLoader.LoadWithVocabulary(settings, defaults) : FairseqLoader.Load(settings, defaults);
        }

        if (Has("tokenizer.model"))
        {
            return LlamaLoader.Load(settings, defaults);
        }

        if (Has("vocab.json") && Has("merges.txt"))
        {
            return BytePairLoader.Load(settings, defaults);
        }

        if (Has("vocab.txt"))
        {
            return WordPieceLoader.Load(settings, defaults);
        }

        if (Pickles.FirstOrDefault(Has) is { } pickle)
        {
            throw new CheckpointException($"{folder} must hold a tokenizer that is data, but '{pickle}' is a pickle, which is a program and is not run. Write its words into a tokenizer.json with a WordLevel model.");
        }

        throw new CheckpointException($"{folder} must hold a tokenizer, but has none of these: tokenizer.json; source.spm, target.spm and vocab.json; spiece.model; sentencepiece.bpe.model; tokenizer.model; vocab.json and merges.txt; vocab.txt. Copy the tokenizer's files of the checkpoint there.");

        bool Has(string name) => File.Exists(Path.Combine(folder, name));
    }
}
