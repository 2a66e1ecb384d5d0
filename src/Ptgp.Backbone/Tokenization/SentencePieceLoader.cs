using Ptgp.Backbone.Tokenization.Decoding;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Makes tokenizers from SentencePiece model files: T5's <c>spiece.model</c>, and Marian's two with their vocabularies.</summary>
internal static class SentencePieceLoader
{
    /// <summary>Makes the tokenizer of a T5 checkpoint.</summary>
    public static TextTokenizer LoadT5(string path, TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var model = SentencePieceModel.Read(path);
        var vocabulary = new Vocabulary(model.Pieces.Count);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            vocabulary.Add(model.Pieces[id].Text, id);
        }

        var limit = defaults.VocabularySize ?? int.MaxValue;
        var added = settings.AddedTokens(entry => vocabulary.Find(entry), limit).ToDictionary(token => token.Content);
        var extra = settings.Number("extra_ids") ?? 100;
        for (var i = 0; i < Math.Min(extra, 1000); i++)
        {
            var id = model.Pieces.Count + extra - 1 - i;
            if (id < limit)
            {
                added.TryAdd($"<extra_id_{i}>", new(id, $"<extra_id_{i}>") { IsSpecial = true, StripsLeft = true, StripsRight = true });
            }
        }

        foreach (var token in added.Values)
        {
            vocabulary.Add(token.Content, token.Id);
        }

        var isLegacy = settings.Flag("legacy", true);
        var normalizer = model.ToNormalizer(isLegacy ? null : true, prefixesOnce: !isLegacy);
        var end = vocabulary.Find(settings.Role("eos_token") ?? "</s>");
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new([.. added.Values], normalizer),
            Model = model.ToModel(null, model.UnknownId, _ => false),
            Trimming = new() { Marker = '▁' },
            Template = Endings(end),
            UnknownId = model.UnknownId < 0 ? null : model.UnknownId,
            EndsOnceWith = end,
        };
        var kinds = Kinds(model);
        return new(side, side, added.Values, _ => [new SentencePieceStage(entry => kinds.TryGetValue(entry, out var kind) ? kind : null, model.FoldsSpaces, SpecialSpacing.BeforeStretch)])
        {
            EndId = defaults.EndId ?? settings.FindEnd(vocabulary),
            PadId = defaults.PadId ?? settings.FindPad(vocabulary),
            ModelCount = model.Pieces.Count,
        };
    }

    /// <summary>Makes the tokenizer of a Marian checkpoint.</summary>
    public static TextTokenizer LoadMarian(TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var source = SentencePieceModel.Read(Path.Combine(settings.Folder, "source.spm"));
        var target = source.ReadOther(Path.Combine(settings.Folder, "target.spm"));
        var sourceVocabulary = TokenizerFile.ReadVocabulary(Path.Combine(settings.Folder, "vocab.json"));
        var targetPath = Path.Combine(settings.Folder, "target_vocab.json");
        var targetVocabulary = settings.Flag("separate_vocabs", File.Exists(targetPath)) ? TokenizerFile.ReadVocabulary(targetPath) : sourceVocabulary;
        var added = settings.AddedTokens(entry => targetVocabulary.Find(entry), defaults.VocabularySize ?? int.MaxValue).ToList();
        var (end, unknown) = (Special("eos_token", "</s>"), Special("unk_token", "<unk>"));
        var sourceSide = Side(source, sourceVocabulary);
        var kinds = Kinds(target);
        return new(sourceSide, Side(target, targetVocabulary), added, _ => [new SentencePieceStage(entry => kinds.TryGetValue(entry, out var kind) ? kind : null, target.FoldsSpaces, SpecialSpacing.AfterEach)])
        {
            EndId = defaults.EndId ?? end,
            PadId = defaults.PadId ?? Special("pad_token", "<pad>"),
        };

        int Special(string role, string otherwise)
        {
            var entry = settings.Role(role) ?? otherwise;
            var id = targetVocabulary.Find(entry);
            if (id < 0)
            {
                throw new CheckpointException($"{settings.Folder}: the vocabulary must hold the {role} '{entry}', but does not. Use the vocabulary that belongs to this checkpoint.");
            }

            if (!added.Exists(token => token.Id == id))
            {
                added.Add(new(id, entry) { IsSpecial = true });
            }

            return id;
        }

        TextSide Side(SentencePieceModel model, Vocabulary vocabulary)
        {
            var special = added.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
            var normalizer = model.ToNormalizer();
            return new()
            {
                Vocabulary = vocabulary,
                Added = new(added, normalizer),
                Model = model.ToModel(vocabulary, unknown, special.Contains),
                Trimming = new() { Marker = '▁' },
                Template = new([TemplatePart.Text(0), TemplatePart.Special(end)], [TemplatePart.Text(0), TemplatePart.Text(1), TemplatePart.Special(end)]),
                TagsLanguage = true,
                UnknownId = unknown,
            };
        }
    }

    /// <summary>Gets what each entry is to a model.</summary>
    public static Dictionary<string, PieceKind> Kinds(SentencePieceModel model)
    {
        var kinds = new Dictionary<string, PieceKind>(model.Pieces.Count, StringComparer.Ordinal);
        foreach (var piece in model.Pieces)
        {
            kinds[piece.Text] = piece.Kind;
        }

        return kinds;
    }

    private static Template Endings(int end) => end < 0
        ? Template.Plain
        : new([TemplatePart.Text(0), TemplatePart.Special(end)], [TemplatePart.Text(0), TemplatePart.Special(end), TemplatePart.Text(1), TemplatePart.Special(end)]);
}
