namespace Ptgp.QA;

/// <summary>A stretch of a context that is read together with the question.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Limits">The options that stand for it.</param>
/// <param name="Context">Which of its contexts is shown.</param>
/// <param name="Tokens">All tokens, whose starts count from the start of the context.</param>
/// <param name="First">The place of the context's first token.</param>
/// <param name="Count">How many tokens of the context there are; at least 1.</param>
/// <param name="IsWhole">Whether they are the whole of it.</param>
internal sealed record Window(Question Question, Limits Limits, int Context, Token[] Tokens, int First, int Count, bool IsWhole)
{
    /// <summary>Gets the place of the token that stands for: it is not said here.</summary>
    public int Nothing => Math.Max(0, Array.FindIndex(Tokens, token => token.Sequence < 0));

    /// <summary>Gets the text that the window's context is a stretch of.</summary>
    public string Text => Question.Contexts[Context];

    /// <summary>Gets where the stretch starts and ends in it, in UTF-16 code units.</summary>
    public (int Start, int End) Stretch => Cover(0, Count - 1, toWords: false);

    /// <summary>Gets where the text starts and ends that tokens cover, in UTF-16 code units.</summary>
    /// <param name="first">The first token, counted from that of the context.</param>
    /// <param name="last">The last token.</param>
    /// <param name="toWords">Whether words are completed, as far as this window shows them.</param>
    public (int Start, int End) Cover(int first, int last, bool toWords)
    {
        while (toWords && first > 0 && IsOneWord(first - 1))
        {
            first--;
        }

        while (toWords && last < Count - 1 && IsOneWord(last))
        {
            last++;
        }

        var (start, end) = (Tokens[First + first].Start, Tokens[First + last].Start + Tokens[First + last].Length);
        // A token of single bytes may cover half a character.
        start -= start > 0 && start < Text.Length && char.IsSurrogatePair(Text[start - 1], Text[start]) ? 1 : 0;
        end += end > 0 && end < Text.Length && char.IsSurrogatePair(Text[end - 1], Text[end]) ? 1 : 0;
        return (Math.Clamp(start, 0, Text.Length), Math.Clamp(end, start, Text.Length));
    }

    /// <summary>Gets where the answer starts and ends that tokens cover: as <see cref="Cover"/>, but without white space around it, which some vocabularies put into the token that follows.</summary>
    /// <returns>An empty place where there is nothing else.</returns>
    public (int Start, int End) Answer(int first, int last, bool toWords)
    {
        var (start, end) = Cover(first, last, toWords);
        while (start < end && char.IsWhiteSpace(Text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(Text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }

    /// <summary>Cuts a text that was read as a whole into windows that fit.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="limits">The options that stand for it.</param>
    /// <param name="context">Which of its contexts the text holds.</param>
    /// <param name="tokens">The tokens of question, context and what is around them.</param>
    /// <param name="isContext">Which of them are the context's; they stand together.</param>
    /// <param name="isQuestion">Which of them are the question's.</param>
    /// <exception cref="FormatException">There is no context, or no room for it; the message is for whoever asked.</exception>
    public static IEnumerable<Window> Cut(Question question, Limits limits, int context, Token[] tokens, Predicate<Token> isContext, Predicate<Token> isQuestion)
    {
        var (first, last) = (Array.FindIndex(tokens, isContext), Array.FindLastIndex(tokens, isContext));
        if (first < 0)
        {
            throw new FormatException("A context must hold text that may answer the question, but is empty. Give it as \"context\".");
        }

        Token[] before = tokens[..first], shown = tokens[first..(last + 1)], after = tokens[(last + 1)..];
        var room = limits.MaxSeqLen - before.Length - after.Length;
        if (shown.Length > room && room <= limits.DocStride)
        {
            // Only a question that leaves no room is cut.
            (before, after) = (Shortened(before), Shortened(after));
            room = limits.MaxSeqLen - before.Length - after.Length;
        }

        var (isWhole, step) = (shown.Length <= room, room - limits.DocStride);
        return isWhole || step > 0
            ? Enumerable.Range(0, isWhole ? 1 : 1 + ((shown.Length - room + step - 1) / step)).Select(i => shown[(i * step)..Math.Min((i * step) + room, shown.Length)])
                .Select(stretch => new Window(question, limits, context, [.. before, .. stretch, .. after], before.Length, stretch.Length, isWhole))
            : throw new FormatException(
                $"A question must leave its context more than the {limits.DocStride} tokens that windows share, but leaves {Math.Max(0, room)} of {limits.MaxSeqLen}. Shorten it, lower 'docStride' or 'maxQuestionLen', or raise 'maxSeqLen'.");

        Token[] Shortened(Token[] side)
        {
            var count = 0;
            return [.. side.Where(token => !isQuestion(token) || count++ < limits.MaxQuestionLen)];
        }
    }

    private bool IsOneWord(int token) => Tokens[First + token].Word >= 0 && Tokens[First + token].Word == Tokens[First + token + 1].Word;
}
