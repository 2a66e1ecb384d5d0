using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Paging;

/// <summary>What devices other than the CPU look at: what each row sees, copied next to each other.</summary>
public class PagedViewTests
{
    [Theory, InlineData("t5-v1_0"), InlineData("bart"), InlineData("llama"), InlineData("mistral"), InlineData("gpt2"), InlineData("qwen2")]
    public void GatheringSeesWhatLookingSees(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        var encoded = loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch));
        using KeyValuePool near = loaded.Transformer.MakePool(), far = loaded.Transformer.MakePool(gathers: true);
        using DecodingBatch looking = loaded.Transformer.BeginBatch(near), gathering = loaded.Transformer.BeginBatch(far);
        int[] beams = [1, 3, 2];
        var (slots, others) = (looking.Join(encoded, beams, null), gathering.Join(encoded, beams, null));
        var random = new Random(5);
        Compare([.. slots.Select((_, at) => (Enumerable.Range(0, 1 + at).Select(_ => random.Next(3, 100)).ToArray(), true))]);
        for (var step = 0; step < 20; step++)
        {
            for (var at = 0; at < beams.Length; at++)
            {
                int[] origins = [.. Enumerable.Range(0, beams[at]).Select(_ => random.Next(beams[at]))];
                slots[at].Reorder(origins);
                others[at].Reorder(origins);
            }

            Compare([.. slots.Select((slot, at) => (Enumerable.Range(0, beams[at]).Select(_ => random.Next(3, 100)).ToArray(), false))]);
        }

        void Compare((int[] Tokens, bool IsShared)[] fed)
        {
            var (a, b) = (Next(looking, slots), Next(gathering, others));
            Assert.InRange(Loaded.Difference(a, b), 0, 1e-4);

            Tensor Next(DecodingBatch batch, IReadOnlyList<DecodingSlot> own) => batch.Next([.. own.Select((slot, at) => new DecodingFeed(slot, fed[at].Tokens, fed[at].IsShared))]);
        }
    }
}
