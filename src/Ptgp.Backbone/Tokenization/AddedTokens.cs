using System.Text;

using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.Normalizers;
using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Finds added tokens in text, leftmost first, the longest of several, and cuts the text there.</summary>
internal sealed class AddedTokens
{
    private readonly IReadOnlyList<AddedToken> tokens;
    private readonly Normalizer? normalizer;
    private readonly VocabularyTrie? raw;
    private readonly VocabularyTrie? normalized;

    public AddedTokens(IReadOnlyList<AddedToken> tokens, Normalizer? normalizer)
    {
        this.tokens = tokens;
        this.normalizer = normalizer;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Content.Length == 0)
            {
                continue;
            }

            if (!tokens[i].IsNormalized)
            {
                (raw ??= new()).Add(tokens[i].Content, i);
                continue;
            }

            var content = AlignedText.From(tokens[i].Content, 0, tokens[i].Content.Length);
            (normalized ??= new()).Add((normalizer?.Apply(content) ?? content).Characters, i);
        }
    }

    /// <summary>Normalizes text and cuts it at added tokens: those that are not normalized are found before, the others after.</summary>
    public List<TextPart> Split(AlignedText text, bool withSpecial)
    {
        var parts = new List<TextPart>();
        foreach (var part in Split(text, raw, withSpecial))
        {
            if (part.Id is not null)
            {
                parts.Add(part);
                continue;
            }

            parts.AddRange(Split(normalizer?.Apply(part.Text) ?? part.Text, normalized, withSpecial));
        }

        return parts;
    }

    private List<TextPart> Split(AlignedText text, VocabularyTrie? trie, bool withSpecial)
    {
        var parts = new List<TextPart>();
        var characters = text.Characters;
        var done = 0;
        for (var i = 0; trie is not null && i < characters.Length;)
        {
            var length = Find(trie, characters[i..], withSpecial, out var token);
            if (length == 0 || (token!.IsWord && !StandsAlone(characters, i, i + length)))
            {
                i += Math.Max(1, length);
                continue;
            }

            var (start, end) = (i, i + length);
            i = end;
            if (token.StripsLeft)
            {
                start = Math.Max(done, characters[..start].TrimEnd().Length);
            }

            if (token.StripsRight)
            {
                end = characters.Length - characters[end..].TrimStart().Length;
                i = end;
            }

            if (done < start)
            {
                parts.Add(new(text.Slice(done, start - done), null));
            }

            parts.Add(new(text.Slice(start, end - start), token.Id));
            done = end;
        }

        if (done == 0 && parts.Count == 0)
        {
            parts.Add(new(text, null));
        }
        else if (done < characters.Length)
        {
            parts.Add(new(text.Slice(done, characters.Length - done), null));
        }

        return parts;
    }

    private int Find(VocabularyTrie trie, ReadOnlySpan<char> text, bool withSpecial, out AddedToken? found)
    {
        var (node, length) = (VocabularyTrie.Root, 0);
        found = null;
        for (var i = 0; i < text.Length && (node = trie.Step(node, text[i])) >= 0; i++)
        {
            var index = trie.ValueAt(node);
            if (index >= 0 && (withSpecial || !tokens[index].IsSpecial))
            {
                (length, found) = (i + 1, tokens[index]);
            }
        }

        return length;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        Rune.DecodeFromUtf16(text[end..], out var after, out _);
        return (start == 0 || !CharacterKinds.IsWord(before)) && (end == text.Length || !CharacterKinds.IsWord(after));
    }
}

/// <summary>A part of a text: an added token, or normalized text that is yet to be split.</summary>
internal readonly record struct TextPart(AlignedText Text, int? Id);
