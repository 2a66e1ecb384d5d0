using Ptgp.Backbone.Tokenization.Decoding;
using Ptgp.Backbone.Tokenization.Json;

namespace Ptgp.Backbone.Tokenization;

/// <summary>
/// Makes tokenizers from <c>sentencepiece.bpe.model</c> in the numbering of fairseq: four special tokens in the place of the model's three, so that each piece has
/// the id behind its place; then the languages, if there are any; last the mask.
/// </summary>
internal static class FairseqLoader
{
    private static readonly string[] First = ["<s>", "<pad>", "</s>", "<unk>"];

    /// <summary>Makes the tokenizer of an mBART, NLLB or XLM-R checkpoint, whose pieces follow each other as the model has them.</summary>
    public static TextTokenizer Load(TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var model = SentencePieceModel.Read(Path.Combine(settings.Folder, "sentencepiece.bpe.model"));
        var vocabulary = new Vocabulary(model.Pieces.Count + 1);
        foreach (var entry in First)
        {
            vocabulary.Add(entry, vocabulary.Count);
        }

        // The model's own three special pieces stand before the others; fairseq has four in their place.
        for (var piece = 3; piece < model.Pieces.Count; piece++)
        {
            vocabulary.Add(model.Pieces[piece].Text, piece + 1);
        }

        return Make(model, vocabulary, SpecialSpacing.BeforeStretch, settings.Role("mask_token") ?? "<mask>", settings, defaults);
    }

    /// <summary>Makes the tokenizer of an M2M-100 checkpoint, whose <c>vocab.json</c> numbers the pieces.</summary>
    public static TextTokenizer LoadWithVocabulary(TokenizerSettings settings, TokenizerDefaults defaults) => Make(
        SentencePieceModel.Read(Path.Combine(settings.Folder, "sentencepiece.bpe.model")),
        TokenizerFile.ReadVocabulary(Path.Combine(settings.Folder, "vocab.json")),
        SpecialSpacing.None,
        null,
        settings,
        defaults);

    private static TextTokenizer Make(SentencePieceModel model, Vocabulary vocabulary, SpecialSpacing spacing, string? mask, TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var (count, next, limit) = (vocabulary.Count, vocabulary.Count, defaults.VocabularySize ?? int.MaxValue);
        var (end, unknown) = (Find("eos_token", "</s>"), Find("unk_token", "<unk>"));
        int[] ids = [.. model.Pieces.Select(piece => vocabulary.Find(piece.Text) is var id and >= 0 ? id : unknown)];
        var added = settings.AddedTokens(Number, limit).ToList();
        // Where no file names a language, there are those of the family if the rows of the embeddings are as many, else none.
        var isFirst = !added.Exists(token => LanguageTags.IsCode(token.Content)) && limit == count + defaults.Languages.Count + 1 && defaults.Languages.Count > 0;
        added.AddRange(isFirst ? defaults.Languages.Select(code => new AddedToken(next++, code) { IsSpecial = true }) : []);
        if (mask is not null && vocabulary.Find(mask) < 0 && !added.Exists(token => token.Content == mask))
        {
            var last = Math.Max(next, added.Select(token => token.Id + 1).DefaultIfEmpty().Max());
            added.AddRange(last < limit ? [new(last, mask) { IsSpecial = true, StripsLeft = true }] : []);
        }

        foreach (var entry in First.Where(entry => !added.Exists(token => token.Content == entry)))
        {
            added.Add(new(vocabulary.Find(entry), entry) { IsSpecial = true });
        }

        foreach (var token in added)
        {
            TokenizerFile.AddEntry(vocabulary, token.Content, token.Id, settings.Folder);
        }

        var languages = LanguageTags.Find(vocabulary, added);
        var normalizer = model.ToNormalizer();
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new(added, normalizer),
            Model = model.ToModel(ids),
            Trimming = new() { Marker = '▁' },
            Template = languages.Count == 0
                ? PostProcessorJson.Roberta(vocabulary.Find(settings.Role("cls_token") ?? "<s>"), end)
                : Around(LanguageTags.Match(languages, settings.Text("src_lang") ?? "en") ?? LanguageTags.Match(languages, "eng_Latn"), languages, end, isFirst, settings),
            UnknownId = unknown,
        };
        var kinds = SentencePieceLoader.Kinds(model);
        return new(side, side, added, _ => [new SentencePieceStage(entry => kinds.TryGetValue(entry, out var kind) ? kind : null, model.FoldsSpaces, spacing)])
        {
            EndId = defaults.EndId ?? end,
            PadId = defaults.PadId ?? settings.FindPad(vocabulary),
            TargetLanguage = settings.Text("tgt_lang") is { } target ? LanguageTags.Match(languages, target) : null,
            // To M2M-100 languages are no part of the vocabulary: they stand apart when joined.
            ModelCount = spacing == SpecialSpacing.None ? count : int.MaxValue,
        };

        // Languages without an id stand behind the pieces, in the order in which the files name them.
        int Number(string entry) => vocabulary.Find(entry) is var id and >= 0 ? id : LanguageTags.IsCode(entry) ? next++ : -1;

        int Find(string role, string otherwise) => vocabulary.Find(settings.Role(role) ?? otherwise) is var id and >= 0
            ? id
            : throw new CheckpointException($"{settings.Folder}: the vocabulary must hold the {role} '{settings.Role(role) ?? otherwise}', but does not. Use the vocabulary that belongs to this checkpoint.");
    }

    // The language stands before the text, or, in the first of these models, behind its end.
    private static Template Around(string? language, IReadOnlyDictionary<string, int> languages, int end, bool isFirst, TokenizerSettings settings)
    {
        TemplatePart[] tag = language is null ? [] : [TemplatePart.Special(languages[language])];
        var (texts, pair, close) = (TemplatePart.Text(0), TemplatePart.Text(1), TemplatePart.Special(end));
        return settings.Flag("legacy_behaviour", isFirst || settings.Text("tokenizer_class") == "MBartTokenizer")
            ? new([texts, close, .. tag], [texts, pair, close, .. tag])
            : new([.. tag, texts, close], [.. tag, texts, pair, close]);
    }
}
