using System.CommandLine;
using System.CommandLine.Parsing;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Commands;

/// <summary>Says what is wrong with a command line.</summary>
internal static class UsageFaults
{
    /// <summary>Says all of it, a fault a line, and where to look.</summary>
    public static string Say(ParseResult parsed)
    {
        var (at, path) = (parsed.CommandResult.Command, PathOf(parsed.CommandResult));
        string[] commands = [.. at.Subcommands.Where(command => !command.Hidden).Select(command => command.Name)];
        if (commands.Length > 0 && parsed.UnmatchedTokens is [{ } name, ..] && !name.StartsWith('-'))
        {
            var hint = Nearest.Find(name, commands) is { } near ? $"Did you mean 'ptgp{path} {near}'?" : $"Known here: {string.Join(", ", commands)}. See 'ptgp{path} --help'.";
            return $"There is no command 'ptgp{path} {name}'. {hint}";
        }

        return string.Join('\n', [.. parsed.Errors.Select(Say).Distinct(), $"See 'ptgp{path} --help'."]);
    }

    // The parser names .NET's types.
    private static string Say(ParseError error) => error.SymbolResult is OptionResult { Option: var option, Tokens: [.., { Value: var given }] }
        && (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is var type && OptionTypes.IsNumber(type)
            ? $"{option.Name} must be {OptionTypes.Describe(type)}, but is '{given}'."
            : error.Message;

    /// <summary>Names a command behind <c>ptgp</c>, each part with a blank before it: <c> tokenizers encode</c>.</summary>
    public static string PathOf(CommandResult result) => result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "";
}
