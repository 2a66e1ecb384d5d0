using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Jinja;

/// <summary>
/// Cuts a template into tokens. As chat templates want it, a line break behind a tag and blanks before one that stands first in its line
/// are dropped (<c>trim_blocks</c>, <c>lstrip_blocks</c>), and so is one line break at the end.
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] symbols =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|"];

    private readonly string text;
    private readonly List<JinjaToken> tokens = [];
    private int at, line = 1;
    private bool startsLine = true, stripsLeft;

    private JinjaLexer(string text)
    {
        text = text.ReplaceLineEndings("\n");
        this.text = text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <exception cref="JinjaException">A tag has no end, or holds what is no token.</exception>
    public static IReadOnlyList<JinjaToken> Cut(string text)
    {
        var lexer = new JinjaLexer(text);
        while (lexer.at < lexer.text.Length)
        {
            lexer.Outside();
        }

        lexer.tokens.Add(new(JinjaTokenKind.End, "", lexer.line));
        return lexer.tokens;
    }

    // Text up to the next tag, and the tag.
    private void Outside()
    {
        var open = at;
        while ((open = text.IndexOf('{', open)) >= 0 && (open + 1 == text.Length || text[open + 1] is not ('{' or '%' or '#')))
        {
            open++;
        }

        var end = open < 0 ? text.Length : open;
        var data = text[at..end];
        if (stripsLeft)
        {
            data = data.TrimStart();
        }

        if (open < 0)
        {
            Add(data, end);
            return;
        }

        var kind = text[open + 1];
        var sign = open + 2 < text.Length ? text[open + 2] : ' ';
        if (sign == '-')
        {
            data = data.TrimEnd();
        }
        else if (kind != '{' && sign != '+')
        {
            data = WithoutIndent(data, startsLine);
        }

        Add(data, end);
        at = open + (sign is '-' or '+' ? 3 : 2);
        switch (kind)
        {
            case '#':
                Skip("#}");
                break;
            case '%' when IsRaw():
                Raw();
                break;
            default:
                tokens.Add(new(kind == '{' ? JinjaTokenKind.Print : JinjaTokenKind.Tag, "", line));
                Inside(kind == '{' ? "}}" : "%}");
                break;
        }
    }

    // Drops the blanks before a tag that stands first in its line.
    private static string WithoutIndent(string data, bool startsLine)
    {
        var begin = data.LastIndexOf('\n') + 1;
        return (begin > 0 || startsLine) && string.IsNullOrWhiteSpace(data[begin..]) ? data[..begin] : data;
    }

    private void Add(string data, int end)
    {
        if (data.Length > 0)
        {
            tokens.Add(new(JinjaTokenKind.Data, data, line));
        }

        Move(end);
    }

    private void Inside(string close)
    {
        var depth = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                Move(at + 1);
            }

            if (at >= text.Length)
            {
                throw new JinjaException($"a tag must end with '{close}', but the template ends first.", line);
            }

            if (depth == 0 && Closes(close))
            {
                tokens.Add(new(JinjaTokenKind.Close, close, line));
                EndTag(close);
                return;
            }

            var token = Next();
            depth += token.Kind != JinjaTokenKind.Symbol ? 0 : token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
            tokens.Add(token);
        }
    }

    private bool Closes(string close) =>
        string.CompareOrdinal(text, at, close, 0, 2) == 0 || (text[at] is '-' or '+' && string.CompareOrdinal(text, at + 1, close, 0, 2) == 0);

    // Goes behind the end of a tag, and notes what it does to the text that follows.
    private void EndTag(string close)
    {
        var sign = text[at] == close[0] ? ' ' : text[at];
        Move(at + (sign == ' ' ? 2 : 3));
        stripsLeft = sign == '-';
        startsLine = false;
        if (sign == ' ' && close != "}}" && at < text.Length && text[at] == '\n')
        {
            Move(at + 1);
            startsLine = true;
        }
    }

    private void Skip(string close)
    {
        var end = text.IndexOf(close, at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new JinjaException($"a comment must end with '{close}', but the template ends first.", line);
        }

        Move(end > at && text[end - 1] is '-' or '+' ? end - 1 : end);
        EndTag(close);
    }

    private bool IsRaw()
    {
        var rest = text.AsSpan(at).TrimStart();
        return rest.StartsWith("raw", StringComparison.Ordinal) && rest[3..].TrimStart().TrimStart("-+").StartsWith("%}", StringComparison.Ordinal);
    }

    private void Raw()
    {
        Move(text.IndexOf("%}", at, StringComparison.Ordinal) + 2);
        var (begin, search, stripsStart) = (at, at, text[at - 3] == '-');
        while (true)
        {
            var open = text.IndexOf("{%", search, StringComparison.Ordinal);
            if (open < 0)
            {
                throw new JinjaException("'raw' must end with '{% endraw %}', but the template ends first.", line);
            }

            var close = text.IndexOf("%}", open, StringComparison.Ordinal);
            if (close > 0 && text.AsSpan(open + 2, close - open - 2).Trim("-+ \n\t").SequenceEqual("endraw"))
            {
                var content = text[begin..open];
                content = stripsStart ? content.TrimStart() : content;
                content = text[open + 2] == '-' ? content.TrimEnd() : text[open + 2] == '+' ? content : WithoutIndent(content, startsLine: false);
                Add(content, text[close - 1] is '-' or '+' ? close - 1 : close);
                EndTag("%}");
                return;
            }

            search = open + 2;
        }
    }

    private JinjaToken Next()
    {
        var begin = at;
        var c = text[at];
        if (c is '"' or '\'')
        {
            return Quoted(c);
        }

        if (char.IsAsciiDigit(c))
        {
            var end = at;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_' || (text[end] == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))
                || (text[end] is '+' or '-' && text[end - 1] is 'e' or 'E')))
            {
                end++;
            }

            at = end;
            return new(JinjaTokenKind.Number, text[begin..end].Replace("_", "", StringComparison.Ordinal), line);
        }

        if (char.IsLetter(c) || c == '_')
        {
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            return new(JinjaTokenKind.Name, text[begin..at], line);
        }

        var symbol = Array.Find(symbols, symbol => string.CompareOrdinal(text, begin, symbol, 0, symbol.Length) == 0)
            ?? throw new JinjaException($"'{c}' is no part of an expression.", line);
        at += symbol.Length;
        return new(JinjaTokenKind.Symbol, symbol, line);
    }

    private JinjaToken Quoted(char quote)
    {
        var (begin, content) = (line, new StringBuilder());
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                Move(i + 1);
                return new(JinjaTokenKind.Text, content.ToString(), begin);
            }

            if (text[i] != '\\' || i + 1 == text.Length)
            {
                content.Append(text[i]);
                continue;
            }

            i++;
            var digits = text[i] switch { 'x' => 2, 'u' => 4, _ => 0 };
            if (digits > 0 && i + digits < text.Length && int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                content.Append((char)code);
                i += digits;
                continue;
            }

            content.Append(text[i] switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                '0' => "\0",
                '\n' => "",
                '\\' or '\'' or '"' => text[i].ToString(),
                var other => "\\" + other,
            });
        }

        throw new JinjaException($"a text must end with {quote}, but the template ends first.", begin);
    }

    private void Move(int to)
    {
        line += text.AsSpan(at, to - at).Count('\n');
        at = to;
    }
}
