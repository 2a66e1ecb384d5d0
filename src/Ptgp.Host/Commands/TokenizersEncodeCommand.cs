using System.CommandLine;
using System.Text;
using Ptgp.Backbone;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp tokenizers encode</c>: shows the tokens of texts, such as those that options of writing name by their ids.</summary>
internal sealed class TokenizersEncodeCommand : IPtgpCommand
{
    private readonly Argument<string> path = new("PATH") { Description = "The folder of a checkpoint, or hub:NAME[@REVISION] for one that was pulled." };
    private readonly Argument<string[]> texts = new("TEXT") { Description = "What is split. Without any, each line of the standard input.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> reads = new("--source") { Description = "Splits texts as they are read, and not as they are written; some families have two vocabularies." };
    private readonly Option<bool> special = new("--special") { Description = "Adds the special tokens that the family puts around a text." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("encode", "Shows the ids of texts, and their entries in the vocabulary. Writes a line a text.") { path, texts, reads, special };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            OptionSlips.Check(parsed, parsed.GetValue(texts));
            var tokenizer = CheckpointFolder.Open(Given.Model(context, parsed.GetRequiredValue(path), "PATH")).LoadTokenizer();
            EncodingOptions options = new() { IsTarget = !parsed.GetValue(reads), AddSpecialTokens = parsed.GetValue(special) };
            var lines = parsed.GetValue(texts) is { Length: > 0 } given ? InputLines.OfArguments(given) : InputLines.OfStreamAsync(context.In, "standard input", cancellation);
            await foreach (var line in lines.ConfigureAwait(false))
            {
                await context.Out.WriteLineAsync(Say(tokenizer, line.Text, options).AsMemory(), cancellation).ConfigureAwait(false);
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static string Say(ITokenizer tokenizer, string text, EncodingOptions options)
    {
        int[] ids = [.. tokenizer.Encode(text, options).Ids];
        return new StringBuilder("[").AppendJoin(", ", ids).Append("]\t").AppendJoin(' ', ids.Select(tokenizer.GetEntry)).ToString();
    }
}
