using System.Globalization;
using System.Text;
using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.Normalizers;
using Ptgp.Backbone.Tokenization.PreTokenizers;
using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Trains a tokenizer from text. The same texts and recipe give the same bytes.</summary>
public static class TokenizerTraining
{
    /// <summary>Trains a tokenizer and writes it into a folder, as a whole or not at all.</summary>
    /// <param name="recipe">How.</param>
    /// <param name="texts">The texts, read once; those that are blank teach nothing.</param>
    /// <param name="folder">The folder to write. One that is there is replaced with all it holds.</param>
    /// <param name="report">Is told how far it has come.</param>
    /// <param name="cancellation">Stops the training; nothing is written then.</param>
    /// <returns>The tokenizer, as it is read from the folder.</returns>
    /// <exception cref="ArgumentException">The recipe does not do for these texts or for its layout; the message is for users.</exception>
    /// <exception cref="InvalidDataException">There is no text.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static ITokenizer Train(TokenizerRecipe recipe, IEnumerable<string> texts, string folder, Action<string> report, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(report);
        Check(recipe);
        var counter = new WordCounter(recipe.Layout.IsOfBytes ? CutBytes : new SentencePieceCutter(recipe).Cut, Symbols(recipe));
        var read = 0L;
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!string.IsNullOrWhiteSpace(text))
            {
                counter.Add(text);
            }

            if (++read % 10_000 == 0)
            {
                report(string.Create(CultureInfo.InvariantCulture, $"read {read} texts, {counter.Count} different words"));
            }
        }

        var trained = Train(recipe, counter, report, cancellation);
        cancellation.ThrowIfCancellationRequested();
        AtomicFolder.Write(folder, beside => TokenizerFiles.Write(beside, trained));
        return TokenizerLoader.Load(folder, new());
    }

    private static TrainedPieces Train(TokenizerRecipe recipe, WordCounter counter, Action<string> report, CancellationToken cancellation)
    {
        var layout = recipe.Layout;
        var (words, counted) = counter.Take(layout.IsOfBytes ? 1 : recipe.CharacterCoverage);
        if (words.Count == 0)
        {
            throw new InvalidDataException("There must be text to train a tokenizer from, but there is none.");
        }

        string[] characters = layout.IsOfBytes ? [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.Write((byte)value)).Order().Select(character => character.ToString())] : [.. counted.Select(character => character.Character.ToString())];
        List<TrainedPiece> before =
        [
            .. layout.First.Select(token => new TrainedPiece(token, 0, token == layout.Unknown ? PieceKind.Unknown : PieceKind.Control)),
            .. recipe.Symbols.Select(symbol => new TrainedPiece(symbol, 0, PieceKind.UserDefined)),
            .. Enumerable.Range(0, recipe.HasByteFallback ? 256 : 0).Select(value => new TrainedPiece(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), 0, PieceKind.Byte)),
        ];
        var taken = before.Count + layout.Last.Count;
        var room = recipe.Size - taken - characters.Length;
        if (room < 0)
        {
            throw new ArgumentException($"A tokenizer of these texts must have {taken + characters.Length} pieces at least, {characters.Length} of them for single characters, but {recipe.Size} are asked for. Ask for more{(layout.IsOfBytes ? "" : ", or for less coverage of characters")}.");
        }

        var rule = new PieceRule(recipe.LongestPiece);
        List<TrainedPiece> pieces;
        List<(string Left, string Right)> merges = [];
        if (recipe.Kind == PieceModelKind.Unigram)
        {
            pieces = [.. UnigramTrainer.Train(words, counted, rule, recipe.Size - taken, recipe.Seeds, report, cancellation).Select(piece => new TrainedPiece(piece.Text, piece.Score, PieceKind.Normal))];
        }
        else
        {
            (var joined, merges) = BytePairTrainer.Train(words, characters, layout.IsOfBytes ? _ => true : text => rule.Allows(text), room, report, cancellation);
            pieces = [.. (layout.IsOfBytes ? characters.Concat(joined) : joined.Concat(characters)).Select((piece, rank) => new TrainedPiece(piece, -rank, PieceKind.Normal))];
        }

        return pieces.Count + taken == recipe.Size
            ? new(recipe, [.. before, .. pieces, .. layout.Last.Select(token => new TrainedPiece(token, 0, PieceKind.Control))], merges)
            : throw new ArgumentException($"These texts give {pieces.Count + taken} pieces at most, but {recipe.Size} are asked for. Ask for no more, or give more text.");
    }

    private static void Check(TokenizerRecipe recipe)
    {
        var layout = recipe.Layout;
        var fault = recipe switch
        {
            { CharacterCoverage: not (> 0 and <= 1) } => string.Create(CultureInfo.InvariantCulture, $"The coverage of characters must be above 0 and at most 1, but is {recipe.CharacterCoverage}."),
            { LongestPiece: < 1 } => $"A piece must have room for a character at least, but has for {recipe.LongestPiece}.",
            { Seeds: < 1 } => $"Training must begin with a piece at least, but begins with {recipe.Seeds}.",
            { Kind: PieceModelKind.Unigram } when layout.IsOfBytes => $"A tokenizer of layout '{layout.Name}' is byte pairs, but a unigram model is asked for. Take another layout, or none of the two kinds.",
            { HasByteFallback: true } when layout.IsOfBytes => $"A tokenizer of layout '{layout.Name}' is made of bytes and needs none to fall back to. Leave that out.",
            { HasByteFallback: true } when layout.AddsPad => $"A tokenizer of layout '{layout.Name}' numbers its pieces by a vocabulary, in which none are of bytes. Take another layout, or leave byte fallback out.",
            _ when recipe.Symbols.FirstOrDefault(symbol => symbol.Length == 0 || symbol == layout.Pad || layout.First.Contains(symbol) || layout.Last.Contains(symbol)) is { } symbol =>
                $"A symbol must be a text that is no special token, but '{symbol}' is one of them or empty.",
            _ when recipe.Symbols.Distinct(StringComparer.Ordinal).Count() != recipe.Symbols.Count => "Each symbol must be named once, but one is named twice.",
            _ => null,
        };
        if (fault is not null)
        {
            throw new ArgumentException(fault);
        }
    }

    private static VocabularyTrie? Symbols(TokenizerRecipe recipe)
    {
        var trie = new VocabularyTrie();
        for (var i = 0; i < recipe.Symbols.Count; i++)
        {
            trie.Add(recipe.Layout.IsOfBytes ? WriteBytes(recipe.Symbols[i]) : recipe.Symbols[i], i);
        }

        return recipe.Symbols.Count == 0 ? null : trie;
    }

    private static void CutBytes(string text, List<string> words)
    {
        var cut = new ByteLevelPreTokenizer(addsPrefix: false, splits: true).Apply(Words.From(AlignedText.From(text, 0, text.Length)));
        foreach (var (start, length) in cut.Ranges)
        {
            words.Add(cut.Text.Characters.Slice(start, length).ToString());
        }
    }

    private static string WriteBytes(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(ByteAlphabet.Write));

    /// <summary>Normalizes texts as SentencePiece does, and cuts them before each "▁".</summary>
    private sealed class SentencePieceCutter(TokenizerRecipe recipe)
    {
        private readonly SentencePieceNormalizer normalizer = new()
        {
            Map = recipe.Normalization == TextNormalization.None ? null : CharacterMap.Read(NmtNfkc.Map.Span, NmtNfkc.Name),
            Kept = Symbols(recipe),
        };

        public void Cut(string text, List<string> words)
        {
            var rest = normalizer.Apply(AlignedText.From(text, 0, text.Length)).Characters;
            while (!rest.IsEmpty)
            {
                var next = rest[1..].IndexOf(SentencePieceNormalizer.Marker);
                words.Add((next < 0 ? rest : rest[..(next + 1)]).ToString());
                rest = next < 0 ? [] : rest[(next + 1)..];
            }
        }
    }
}
