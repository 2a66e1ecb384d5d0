using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Commands;

/// <summary>Finds misspelt options among the texts of a command line.</summary>
internal static partial class OptionSlips
{
    /// <summary>Checks that no text is a slip: what looks like an option is none, unless it stands behind '--'.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="texts">Its texts; null for none.</param>
    /// <exception cref="UsageException">One is.</exception>
    public static void Check(ParseResult parsed, IEnumerable<string>? texts)
    {
        var before = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        if (texts?.FirstOrDefault(text => OptionLike().IsMatch(text) && before.Contains(text)) is { } slip)
        {
            var command = parsed.CommandResult.Command;
            var options = command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(option => option.Name);
            throw new UsageException($"An option must be one that 'ptgp{UsageFaults.PathOf(parsed.CommandResult)} --help' names, but is '{slip}'. {(Nearest.Find(slip, options) is { } meant ? $"Did you mean '{meant}'? " : "")}A text that looks like an option stands behind '--'.");
        }
    }

    [GeneratedRegex("^--[A-Za-z][A-Za-z-]*(=.*)?$")]
    private static partial Regex OptionLike();
}
