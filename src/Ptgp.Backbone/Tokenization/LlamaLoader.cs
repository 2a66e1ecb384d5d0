using Ptgp.Backbone.Tokenization.Decoding;
using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Makes the tokenizer of a Llama or Mistral checkpoint from <c>tokenizer.model</c>: SentencePiece's pieces as they are numbered there, and a token before each text.</summary>
internal static class LlamaLoader
{
    private static readonly LiteralPattern marker = new("▁");

    /// <summary>Loads the file of a folder.</summary>
    /// <exception cref="CheckpointException">It is broken, or lacks a token that stands before or behind texts.</exception>
    public static TextTokenizer Load(TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var path = Path.Combine(settings.Folder, "tokenizer.model");
        var model = SentencePieceModel.Read(path);
        var vocabulary = new Vocabulary(model.Pieces.Count);
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            vocabulary.Add(model.Pieces[id].Text, id);
        }

        foreach (var token in settings.AddedTokens(entry => vocabulary.Find(entry), defaults.VocabularySize ?? int.MaxValue))
        {
            added[token.Content] = token;
            TokenizerFile.AddEntry(vocabulary, token.Content, token.Id, settings.Folder);
        }

        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Kind is PieceKind.Control or PieceKind.Unknown)
            {
                added.TryAdd(model.Pieces[id].Text, new(id, model.Pieces[id].Text) { IsSpecial = true });
            }
        }

        TemplatePart[] before = settings.Flag("add_bos_token", true) ? [TemplatePart.Special(Find("bos_token", "<s>"))] : [];
        TemplatePart[] behind = settings.Flag("add_eos_token", false) ? [TemplatePart.Special(Find("eos_token", "</s>"))] : [];
        // Newer checkpoints say "legacy": false, and put a blank before the first word of the whole text alone.
        var isLegacy = settings.Flag("legacy", true);
        var normalizer = model.ToNormalizer(isLegacy ? null : settings.Flag("add_prefix_space", true), prefixesOnce: !isLegacy);
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new([.. added.Values], normalizer),
            Model = model.ToModel(null, model.UnknownId, _ => false),
            Trimming = new() { Marker = '▁' },
            Template = new([.. before, TemplatePart.Text(0), .. behind], [.. before, TemplatePart.Text(0), .. behind, .. before, TemplatePart.Text(1, 1), .. behind]),
            UnknownId = model.UnknownId < 0 ? null : model.UnknownId,
        };
        return new(side, side, added.Values, _ => [new ReplaceStage(marker, " "), new ByteFallbackStage(), new FuseStage(), new StripStage(' ', 1, 0)])
        {
            EndId = defaults.EndId ?? settings.FindEnd(vocabulary),
            PadId = defaults.PadId ?? settings.FindPad(vocabulary),
        };

        int Find(string role, string otherwise) => vocabulary.Find(settings.Role(role) ?? otherwise) is var id and >= 0
            ? id
            : throw new CheckpointException($"{path}: the vocabulary must hold the {role} '{settings.Role(role) ?? otherwise}', but does not. Use the vocabulary that belongs to this checkpoint.");
    }
}
