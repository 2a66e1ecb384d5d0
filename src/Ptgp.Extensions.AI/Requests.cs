using Microsoft.Extensions.AI;

namespace Ptgp.Extensions.AI;

/// <summary>Turns chat options into those of writing.</summary>
internal static class Requests
{
    public static GenerationOptions Generation(IChatClient client, ChatOptions? options)
    {
        if (options is null)
        {
            return new();
        }

        // A temperature of 0 means the likeliest text; whoever narrows what is drawn wants it drawn.
        bool? draws = options.Temperature is { } temperature ? temperature > 0 : options.TopP is not null || options.TopK is not null ? true : null;
        return new GenerationOptions
        {
            DoSample = draws,
            Temperature = options.Temperature is > 0 ? options.Temperature : null,
            TopP = options.TopP,
            TopK = options.TopK,
            MaxNewTokens = options.MaxOutputTokens,
            Seed = options.Seed,
            StopStrings = options.StopSequences is { Count: > 0 } stops ? [.. stops] : null,
        }.Or(options.RawRepresentationFactory?.Invoke(client) as GenerationOptions ?? new());
    }
}
