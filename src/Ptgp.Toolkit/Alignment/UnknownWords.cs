using System.Globalization;
using Ptgp.Toolkit.Readers;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Alignment;

/// <summary>Replaces what the vocabulary could not write by what was read for it.</summary>
/// <remarks>
/// A token that stands for a whole word becomes the word that its step looked at most, or what the dictionary says for that; one that is part of a
/// word becomes the token. Several in a row that looked at one word become it once.
/// </remarks>
public sealed class UnknownWords
{
    private readonly int unknownId;
    private readonly Dictionary<string, string> dictionary = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes it for a vocabulary.</summary>
    /// <param name="unknownId">What stands for all that the vocabulary lacks: <see cref="ITokenizer.UnknownId"/>.</param>
    /// <param name="dictionary">A file of lines <c>word&lt;tab&gt;translation</c>, whose words become their translations whatever their case; null for none.</param>
    /// <exception cref="InvalidDataException">A line of the dictionary is no pair; the message names it.</exception>
    public UnknownWords(int unknownId, string? dictionary = null)
    {
        this.unknownId = unknownId;
        foreach (var line in dictionary is null ? [] : TextFile.Read(dictionary).Where(line => line.Text.Length > 0))
        {
            this.dictionary[line.Text.Split('\t')[0]] = line.Text.Split('\t') is [{ Length: > 0 }, var translated]
                ? translated
                : throw line.Fault($"a line must be 'word<tab>translation', but is '{line.Text}'.");
        }
    }

    /// <summary>Tells whether a hypothesis holds what the vocabulary could not write.</summary>
    public bool IsIn(IEnumerable<int> ids) => ids.Contains(unknownId);

    /// <summary>Replaces.</summary>
    /// <param name="texts">What each token wrote; that of unknown ones is replaced in place.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="attention">How much the step that chose a token looked at each that was read.</param>
    /// <param name="source">What was read.</param>
    /// <param name="tokens">Where the tokens that were read stand in it; an empty range for one that is no part of it.</param>
    public void Replace(string[] texts, IReadOnlyList<int> ids, float[,] attention, string source, IReadOnlyList<Range> tokens)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(attention);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tokens);
        int[] columns = [.. tokens.Index().Where(token => token.Item.End.Value > token.Item.Start.Value).Select(token => token.Index)];
        var words = Words.Of(source);
        (int Row, Range Copied) last = (-2, ..);
        for (var row = 0; row < texts.Length && columns.Length > 0; row++)
        {
            if (ids[row] != unknownId)
            {
                continue;
            }

            var token = Trimmed(source, tokens[columns.MaxBy(column => attention[row, column])]);
            var word = words.FirstOrDefault(word => word.Start.Value < token.End.Value && word.End.Value > token.Start.Value, token);
            var begins = token.Start.Value <= word.Start.Value;
            var (left, right) = (texts.Take(row).LastOrDefault(text => text.Length > 0)?[^1], texts.Index().FirstOrDefault(text => text.Index > row && ids[text.Index] != unknownId && text.Item.Length > 0).Item?[0]);
            var isWord = (begins || last.Row == row - 1 || !IsLetter(left)) && !IsLetter(right);
            var copied = isWord ? word : token;
            texts[row] = last.Equals((row - 1, copied)) ? ""
                : ((begins || isWord) && left is { } before && !IsOpen(before) && word.Start.Value > 0 && char.IsWhiteSpace(source[word.Start.Value - 1]) ? " " : "") + (isWord ? Translate(source[copied]) : source[copied]);
            last = (row, copied);
        }
    }

    private string Translate(string word) => dictionary.GetValueOrDefault(word, word);

    private static bool IsOpen(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.OpenPunctuation or UnicodeCategory.InitialQuotePunctuation;

    private static bool IsLetter(char? c) => c is { } there && (char.IsLetterOrDigit(there) || char.IsSurrogate(there));

    private static Range Trimmed(string text, Range range)
    {
        var covered = text.AsSpan()[range];
        var start = range.Start.Value + covered.Length - covered.TrimStart().Length;
        return start..(start + covered.Trim().Length);
    }
}
