using System.Text;

using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.Normalizers;

namespace Ptgp.Backbone.Tokenization;

/// <summary>A SentencePiece model file (<c>spiece.model</c>, <c>source.spm</c>, …): its pieces and how text is normalized for them.</summary>
internal sealed class SentencePieceModel
{
    private const int Unigram = 1;
    private const int BytePair = 2;

    private readonly string path;
    private readonly byte[] bytes;
    private readonly List<(string Text, float Score, PieceKind Kind)> pieces = [];
    private ReadOnlyMemory<byte> map;
    private int kind = Unigram;
    private bool hasByteFallback;
    private bool marksEnds;
    private bool addsPrefix = true;
    private bool foldsSpaces = true;
    private bool escapesSpaces = true;

    private SentencePieceModel(string path, byte[] bytes)
    {
        this.path = path;
        this.bytes = bytes;
    }

    /// <summary>Gets the pieces by id.</summary>
    public IReadOnlyList<(string Text, float Score, PieceKind Kind)> Pieces => pieces;

    /// <summary>Gets whether runs of spaces become one and those at the ends vanish.</summary>
    public bool FoldsSpaces => foldsSpaces;

    /// <summary>Gets the id of what no piece covers; -1 when there is none.</summary>
    public int UnknownId => pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown);

    /// <summary>Reads a model file.</summary>
    /// <exception cref="CheckpointException">The file is cut off, is no such model, or has no pieces.</exception>
    public static SentencePieceModel Read(string path) => Read(path, TokenizerFile.ReadBytes(path));

    /// <summary>Reads another model file; gives this very model when both files are the same.</summary>
    /// <exception cref="CheckpointException">The file is cut off, is no such model, or has no pieces.</exception>
    public SentencePieceModel ReadOther(string path)
    {
        var others = TokenizerFile.ReadBytes(path);
        return bytes.AsSpan().SequenceEqual(others) ? this : Read(path, others);
    }

    /// <summary>Makes the normalizer that the model asks for.</summary>
    /// <param name="addsPrefix">Whether a "▁" is put before the first word; null for what the model says.</param>
    /// <param name="prefixesOnce">Whether the first word of a whole text alone gets it.</param>
    public SentencePieceNormalizer ToNormalizer(bool? addsPrefix = null, bool prefixesOnce = false) => new()
    {
        Map = CharacterMap.Read(map.Span, path),
        FoldsSpaces = foldsSpaces,
        AddsPrefix = addsPrefix ?? this.addsPrefix,
        PrefixesOnce = prefixesOnce,
        MarksEnds = marksEnds,
        EscapesSpaces = escapesSpaces,
        Kept = UserDefined(),
    };

    /// <summary>Makes the model that cuts text into the pieces.</summary>
    /// <param name="ids">The ids of the pieces, by their place in the file.</param>
    /// <exception cref="CheckpointException">It is a model of a kind that is not known.</exception>
    public TokenModel ToModel(int[] ids) => new RenumberedModel(ToModel(null, UnknownId, _ => false), ids);

    /// <summary>Makes the model that cuts text into the pieces.</summary>
    /// <param name="vocabulary">A vocabulary that numbers the pieces (Marian); null when their place in the file does.</param>
    /// <param name="unknownId">The id of what the vocabulary lacks.</param>
    /// <param name="isReserved">Tells which ids plain text never becomes.</param>
    /// <exception cref="CheckpointException">It is a model of a kind that is not known.</exception>
    public TokenModel ToModel(Vocabulary? vocabulary, int unknownId, Func<int, bool> isReserved)
    {
        if (kind == BytePair)
        {
            return vocabulary is null ? ToBytePairs() : new RenumberedModel(ToBytePairs(), [.. pieces.Select(piece => Find(piece.Text))]);
        }

        if (kind != Unigram)
        {
            throw new CheckpointException($"{path} must hold a unigram model (kind 1) or byte pairs (kind 2), but is of kind {kind}. Add the checkpoint's tokenizer.json, which says all of it.");
        }

        var normal = pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty().ToArray();
        var (lowest, highest) = (normal.Min(), normal.Max());
        var scored = new List<ScoredPiece>(pieces.Count);
        for (var id = 0; id < pieces.Count; id++)
        {
            var (text, score, pieceKind) = pieces[id];
            if (pieceKind == PieceKind.UserDefined)
            {
                scored.Add(new(id, text, (float)(Encoding.UTF8.GetByteCount(text) * highest - 0.1)));
            }
            else if (pieceKind == PieceKind.Normal)
            {
                scored.Add(new(id, text, score));
            }
        }

        int Find(ReadOnlySpan<char> entry) => vocabulary!.Find(entry) is var id and >= 0 && !isReserved(id) ? id : unknownId;
        return new UnigramModel(scored, lowest, unknownId, isSinglePrecision: true)
        {
            Bytes = hasByteFallback && vocabulary is null ? ByteIds() : null,
            Renumbered = vocabulary is null ? null : [.. pieces.Select(piece => Find(piece.Text))],
            FindUnknown = vocabulary is null ? null : Find,
        };
    }

    // The texts that the user of the trainer named: tokens wherever they stand, before anything else is looked for.
    private VocabularyTrie? UserDefined()
    {
        VocabularyTrie? found = null;
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Kind == PieceKind.UserDefined)
            {
                (found ??= new()).Add(pieces[id].Text, id);
            }
        }

        return found;
    }

    // Two neighbours that make a piece together are joined, those of the best piece first, the leftmost of several that are as good.
    private BytePairModel ToBytePairs()
    {
        if (pieces.Exists(piece => piece.Kind == PieceKind.Unused))
        {
            throw new CheckpointException($"{path} is a model of byte pairs with unused pieces, which is not read by itself. Add the checkpoint's tokenizer.json, which says all of it.");
        }

        var vocabulary = new Vocabulary(pieces.Count);
        var ranks = new int[pieces.Count];
        var (rank, last) = (0, float.NaN);
        foreach (var id in Enumerable.Range(0, pieces.Count).OrderByDescending(id => pieces[id].Score))
        {
            rank += pieces[id].Score.Equals(last) ? 0 : 1;
            (last, ranks[id]) = (pieces[id].Score, rank);
            if (pieces[id].Kind == PieceKind.Normal)
            {
                vocabulary.Add(pieces[id].Text, id);
            }
        }

        var merges = new List<(int, int, int)>();
        foreach (var (text, id) in vocabulary.Entries)
        {
            for (var at = 1; at < text.Length; at++)
            {
                if (vocabulary.Find(text.AsSpan(0, at)) is var left and >= 0 && vocabulary.Find(text.AsSpan(at)) is var right and >= 0)
                {
                    merges.Add((left, right, id));
                }
            }
        }

        return new(vocabulary, merges, ranks) { UnknownId = UnknownId, FusesUnknown = true, Bytes = hasByteFallback ? ByteIds() : null, Fixed = UserDefined() };
    }

    private static SentencePieceModel Read(string path, byte[] bytes)
    {
        var model = new SentencePieceModel(path, bytes);
        var fields = new ProtocolBuffer(bytes, path);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    model.ReadPiece(fields.Bytes, strict);
                    break;
                case 2:
                    model.ReadTraining(fields.Bytes);
                    break;
                case 3:
                    model.ReadNormalization(fields.Bytes);
                    break;
            }
        }

        if (model.pieces.Count == 0)
        {
            throw new CheckpointException($"{path} must be a SentencePiece model, but holds no pieces. Download the file again.");
        }

        return model;
    }

    private int[]? ByteIds()
    {
        var ids = new int[256];
        var found = 0;
        for (var id = 0; id < pieces.Count; id++)
        {
            var text = pieces[id].Text;
            if (pieces[id].Kind == PieceKind.Byte && text.Length == 6 && byte.TryParse(text.AsSpan(3, 2), System.Globalization.NumberStyles.HexNumber, null, out var value))
            {
                ids[value] = id;
                found++;
            }
        }

        return found == 256 ? ids : null;
    }

    private void ReadPiece(ReadOnlySpan<byte> message, UTF8Encoding strict)
    {
        var (text, score, pieceKind) = ("", 0f, PieceKind.Normal);
        var fields = new ProtocolBuffer(message, path);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    try
                    {
                        text = strict.GetString(fields.Bytes);
                    }
                    catch (DecoderFallbackException problem)
                    {
                        throw new CheckpointException($"{path}: piece {pieces.Count} must be UTF-8, but is not. Download the file again.", problem);
                    }

                    break;
                case 2:
                    score = fields.AsFloat();
                    break;
                case 3:
                    pieceKind = (PieceKind)fields.Number;
                    break;
            }
        }

        if (!float.IsFinite(score) || !Enum.IsDefined(pieceKind))
        {
            throw new CheckpointException($"{path}: piece {pieces.Count} ('{text}') must have a finite score and a kind from 1 to 6, but has {score} and {(int)pieceKind}. Download the file again.");
        }

        pieces.Add((text, score, pieceKind));
    }

    private void ReadTraining(ReadOnlySpan<byte> message)
    {
        var fields = new ProtocolBuffer(message, path);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 3:
                    kind = (int)Math.Min(fields.Number, 99);
                    break;
                case 24:
                    marksEnds = fields.Number != 0;
                    break;
                case 35:
                    hasByteFallback = fields.Number != 0;
                    break;
            }
        }
    }

    private void ReadNormalization(ReadOnlySpan<byte> message)
    {
        var fields = new ProtocolBuffer(message, path);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 2:
                    map = fields.Bytes.ToArray();
                    break;
                case 3:
                    addsPrefix = fields.Number != 0;
                    break;
                case 4:
                    foldsSpaces = fields.Number != 0;
                    break;
                case 5:
                    escapesSpaces = fields.Number != 0;
                    break;
            }
        }
    }
}
