using Ptgp.Backbone.Tokenization.Decoding;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Makes the tokenizer of a Pegasus checkpoint from <c>spiece.model</c>: two special pieces, the tokens of its pre-training, then all other pieces.</summary>
internal static class PegasusLoader
{
    /// <summary>Loads the file.</summary>
    /// <param name="offset">How many ids are between a piece's place in the file and its id.</param>
    /// <param name="settings">What the files beside it say.</param>
    /// <param name="defaults">What the checkpoint's configuration says.</param>
    public static TextTokenizer Load(int offset, TokenizerSettings settings, TokenizerDefaults defaults)
    {
        var model = SentencePieceModel.Read(Path.Combine(settings.Folder, "spiece.model"));
        var vocabulary = new Vocabulary(model.Pieces.Count + offset);
        string[] first = [settings.Role("pad_token") ?? "<pad>", settings.Role("eos_token") ?? "</s>", settings.Text("mask_token_sent") ?? "<mask_1>", settings.Role("mask_token") ?? "<mask_2>"];
        foreach (var entry in first.Concat(Enumerable.Range(2, Math.Max(0, offset - 2)).Select(number => $"<unk_{number}>")))
        {
            vocabulary.Add(entry, vocabulary.Count);
        }

        var reserved = vocabulary.Count;
        int[] ids = [.. model.Pieces.Select((piece, place) => place < 2 ? place : place + offset)];
        for (var place = 2; place < ids.Length; place++)
        {
            vocabulary.Add(model.Pieces[place].Text, ids[place]);
        }

        var unknown = ids.ElementAtOrDefault(model.UnknownId);
        var added = Enumerable.Range(0, reserved).Append(unknown).Select(id => new AddedToken(id, vocabulary.Find(id)!) { IsSpecial = true }).ToList();
        var close = TemplatePart.Special(1);
        var side = new TextSide
        {
            Vocabulary = vocabulary,
            Added = new(added, model.ToNormalizer()),
            Model = model.ToModel(ids),
            Trimming = new() { Marker = '▁' },
            Template = new([TemplatePart.Text(0), close], [TemplatePart.Text(0), TemplatePart.Text(1), close]),
            UnknownId = unknown,
        };
        var kinds = SentencePieceLoader.Kinds(model);
        return new(side, side, added, _ => [new SentencePieceStage(entry => kinds.TryGetValue(entry, out var kind) ? kind : null, model.FoldsSpaces, SpecialSpacing.None)])
        {
            EndId = defaults.EndId ?? 1,
            PadId = defaults.PadId ?? 0,
        };
    }
}
