using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Prompts and prefixes as PEFT saves them: one tensor, whose rows are virtual tokens.</summary>
internal static class PromptFormat
{
    /// <summary>The name of the tensor.</summary>
    public const string Name = "prompt_embeddings";

    /// <summary>Reads a prompt.</summary>
    public static AdapterParts ReadPrompt(PeftConfig config, AdapterFile file, PeftModules modules)
    {
        var length = config.Reader.Size("num_virtual_tokens");
        // For encoder-decoders PEFT saves as many rows again for the decoder, which nothing reads.
        var rows = file.Find(Name)?.Shape is [var found, _] && found > length && found == (long)length * config.Reader.Size("num_transformer_submodules", 1) ? found : length;
        return new() { Prompt = new(file.Take(Name, rows, modules.Transformer.Config.Width), length) };
    }

    /// <summary>Reads a prefix.</summary>
    public static AdapterParts ReadPrefix(PeftConfig config, AdapterFile file, PeftModules modules)
    {
        var shape = modules.Transformer.Config;
        if (shape.Decoder is { Memory: > 0 })
        {
            throw new CheckpointException("An adapter of a backbone that remembers segments must leave what its layers see alone, but this one is a prefix. Take another kind, such as LoRA or a prompt.");
        }

        var (stack, length) = (shape.Decoder ?? shape.Encoder!, config.Reader.Size("num_virtual_tokens"));
        var width = 2L * stack.Layers * (stack.KeyValueHeads ?? stack.Heads) * stack.HeadWidth;
        return new() { Prefix = new(file.Take(Name, length, width), shape.Decoder is not null, stack, config.Reader.Size("num_transformer_submodules", 1), writesLate: shape.Encoder is not null && shape.Decoder is not null && !config.Reader.Flag(FreshConfig.SeesWholePrefix, false)) };
    }
}
