namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Writes a SentencePiece model file.</summary>
internal static class SentencePieceFile
{
    // SentencePiece numbers its own kinds.
    private const int Unigram = 1;
    private const int BytePair = 2;

    /// <summary>Writes the file.</summary>
    public static void Write(string path, TrainedPieces trained)
    {
        var file = new ProtocolWriter();
        foreach (var piece in trained.Pieces)
        {
            var message = new ProtocolWriter();
            message.Add(1, piece.Text);
            message.Add(2, (float)piece.Score);
            if (piece.Kind != PieceKind.Normal)
            {
                message.Add(3, (long)piece.Kind);
            }

            file.Add(1, message.Written);
        }

        file.Add(2, Training(trained).Written);
        file.Add(3, Normalization(trained.Recipe.Normalization).Written);
        File.WriteAllBytes(path, file.Written);
    }

    private static ProtocolWriter Training(TrainedPieces trained)
    {
        var (recipe, layout) = (trained.Recipe, trained.Recipe.Layout);
        var message = new ProtocolWriter();
        message.Add(3, recipe.Kind == PieceModelKind.Unigram ? Unigram : BytePair);
        message.Add(4, trained.Pieces.Count);
        message.Add(10, (float)recipe.CharacterCoverage);
        message.Add(20, recipe.LongestPiece);
        message.Add(35, recipe.HasByteFallback);
        message.Add(40, trained.Find(layout.Unknown));
        message.Add(41, trained.Find(layout.Begin));
        message.Add(42, trained.Find(layout.End));
        message.Add(43, trained.Find(layout.Pad));
        message.Add(45, layout.Unknown);
        message.Add(46, layout.Begin ?? "<s>");
        message.Add(47, layout.End ?? "</s>");
        message.Add(48, layout.Pad ?? "<pad>");
        return message;
    }

    private static ProtocolWriter Normalization(TextNormalization normalization)
    {
        var message = new ProtocolWriter();
        message.Add(1, normalization == TextNormalization.None ? "identity" : NmtNfkc.Name);
        message.Add(2, normalization == TextNormalization.None ? [] : NmtNfkc.Map.Span);
        message.Add(3, true);
        message.Add(4, true);
        message.Add(5, true);
        return message;
    }
}
