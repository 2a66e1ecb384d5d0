using Ptgp.Toolkit.Readers;

namespace Ptgp.Host.Pretraining;

/// <summary>Reads text files as blocks of tokens.</summary>
/// <param name="settings">How.</param>
/// <param name="tokenizer">What cuts text.</param>
/// <param name="size">How many tokens a block has at most.</param>
/// <param name="separator">The id behind each document; null for none.</param>
/// <param name="pairs">Whether a line is two texts that say the same, with a tab between.</param>
internal sealed class TextBlocks(PretrainingSettings settings, ITokenizer tokenizer, int size, int? separator, bool pairs)
{
    // Less than this there is nothing to hide and something to see.
    private const int Shortest = 3;

    /// <summary>Reads all blocks; documents are joined across files.</summary>
    /// <exception cref="UserException">A file is no text, or a line has not the two texts that it must have.</exception>
    public List<TextBlock> Read(IReadOnlyList<string> files)
    {
        List<TextBlock> blocks = [];
        var documents = files.SelectMany(file => pairs ? Pairs(file) : Documents(file));
        var cut = settings.IsPacked && !pairs ? Continuation.Group(documents.Select(document => document.Tokens), size).Select(block => (Tokens: block, Split: 0)) : documents.SelectMany(document => pairs ? [document] : document.Tokens.Chunk(size).Select(part => (Tokens: part, Split: 0)));
        foreach (var (tokens, split) in cut.Where(document => document.Tokens.Length >= Shortest))
        {
            blocks.Add(new([.. tokens.Select(token => token.Id)], [.. tokens.Select(token => token.Word)], blocks.Count) { Split = split });
        }

        return blocks;
    }

    private IEnumerable<((int Id, int Word)[] Tokens, int Split)> Documents(string file)
    {
        List<(int Id, int Word)> document = [];
        foreach (var line in Lines(file))
        {
            var isBlank = string.IsNullOrWhiteSpace(line);
            if (!isBlank)
            {
                Add(document, line);
            }

            if (document.Count > 0 && (settings.Documents == DocumentUnit.Line || (settings.Documents == DocumentUnit.Paragraph && isBlank)))
            {
                yield return (End(document), 0);
                document.Clear();
            }
        }

        if (document.Count > 0)
        {
            yield return (End(document), 0);
        }
    }

    private IEnumerable<((int Id, int Word)[] Tokens, int Split)> Pairs(string file)
    {
        var number = 0;
        foreach (var line in Lines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (line.Split('\t') is not [var one, var other])
            {
                throw new UserException($"{file}({number}): a line must be two texts that say the same, with one tab between, but is '{line}'.");
            }

            List<(int Id, int Word)> tokens = [];
            Add(tokens, one, size / 2);
            var split = tokens.Count;
            Add(tokens, other, size - split);
            if (split > 0 && tokens.Count > split)
            {
                yield return ([.. tokens], split);
            }
        }
    }

    private void Add(List<(int Id, int Word)> tokens, string text, int most = int.MaxValue)
    {
        var first = tokens.Count == 0 ? 0 : tokens[^1].Word + 1;
        tokens.AddRange(tokenizer.Tokenize(text).Take(most).Select(token => (token.Id, first + Math.Max(0, token.Word))));
    }

    private (int Id, int Word)[] End(List<(int Id, int Word)> document) => separator is { } end ? [.. document, (end, -1)] : [.. document];

    private static IEnumerable<string> Lines(string file) => TextFile.Read(file).Select(line => line.Text);
}
