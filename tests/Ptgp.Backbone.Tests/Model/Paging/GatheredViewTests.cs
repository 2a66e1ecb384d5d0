using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Paging;

/// <summary>What devices other than the CPU look at: what each row sees, copied next to each other.</summary>
public class GatheredViewTests
{
    // With as many beams each, rows of a sequence share what they see of the encoder; without room nothing is kept from step to step.
    [Theory]
    [InlineData("t5-v1_0", true), InlineData("bart", true), InlineData("llama", true), InlineData("mistral", true), InlineData("gpt2", true), InlineData("qwen2", true)]
    [InlineData("t5-v1_0", false), InlineData("bart", false)]
    public void GatheringSeesWhatLookingSees(string fixture, bool hasRoom)
    {
        using var loaded = new Loaded(fixture);
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        var encoded = loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch));
        foreach (int[] beams in (int[][])[[1, 3, 2], [2, 2, 2], [1, 1, 1]])
        {
            using KeyValuePool near = loaded.Transformer.MakePool(), far = loaded.Transformer.MakePool(gathers: true);
            Assert.True(hasRoom || far.TryReserve(far.Most));
            using DecodingBatch looking = loaded.Transformer.BeginBatch(near), gathering = loaded.Transformer.BeginBatch(far);
            var (slots, others) = (looking.Join(encoded, beams, null).ToList(), gathering.Join(encoded, beams, null).ToList());
            var random = new Random(5);
            Compare([.. slots.Select((_, at) => (Enumerable.Range(0, 1 + at).Select(_ => random.Next(3, 100)).ToArray(), true))]);
            for (var step = 0; step < 20; step++)
            {
                if (step == 8)
                {
                    looking.Leave(slots[1]);
                    gathering.Leave(others[1]);
                    slots.RemoveAt(1);
                    others.RemoveAt(1);
                }
                else if (step == 14)
                {
                    slots.InsertRange(1, looking.Join(encoded, beams, null));
                    others.InsertRange(1, gathering.Join(encoded, beams, null));
                }

                for (var at = 0; at < slots.Count; at++)
                {
                    int[] origins = [.. Enumerable.Range(0, slots[at].Beams).Select(_ => random.Next(slots[at].Beams))];
                    slots[at].Reorder(origins);
                    others[at].Reorder(origins);
                }

                Compare([.. slots.Select(slot => (Enumerable.Range(0, slot.Beams).Select(_ => random.Next(3, 100)).ToArray(), false))]);
            }

            void Compare((int[] Tokens, bool IsShared)[] fed)
            {
                Assert.InRange(Loaded.Difference(Next(looking, slots), Next(gathering, others)), 0, 1e-4);

                Tensor Next(DecodingBatch batch, List<DecodingSlot> own) => batch.Next([.. own.Select((slot, at) => new DecodingFeed(slot, fed[at].Tokens, fed[at].IsShared))]);
            }
        }
    }

    // The processor's own kernels do not know float16, in which all is asked for as on a GPU.
    [Theory]
    [InlineData("t5-v1_0", ScalarType.Float16), InlineData("bart", ScalarType.Float16), InlineData("llama", ScalarType.Float16), InlineData("mistral", ScalarType.Float16), InlineData("t5-v1_0", ScalarType.BFloat16)]
    public void InHalfPrecisionItGivesWhatAWholePassGives(string fixture, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", fixture)).LoadTransformer(CPU, dtype);
        var batch = new Batch { Source = tensor(Enumerable.Range(4, 18).Select(id => (long)id).ToArray()).view(2, 9), Mask = ones([2, 9], ScalarType.Bool) };
        var encoded = transformer.Encode(transformer.Embed(batch));
        using var pool = transformer.MakePool(gathers: true);
        using var decoding = transformer.BeginBatch(pool);
        var slots = decoding.Join(encoded, [1, 1], null);
        var fed = Enumerable.Range(30, 24).ToArray();
        List<Tensor> stepwise = [.. fed.Select(id => decoding.Next([.. slots.Select(slot => new DecodingFeed(slot, new[] { id }, IsShared: false))]))];
        var inputs = tensor(fed.Select(id => (long)id).ToArray()).view(1, -1).expand(2, -1);
        var whole = encoded.IsCausal
            ? transformer.Project(transformer.Decode(encoded, cat([inputs, inputs.narrow(1, 0, 1)], 1))).narrow(1, 1, fed.Length)
            : transformer.Project(transformer.DecodeInputs(encoded, inputs));
        var difference = (stack(stepwise, 1) - whole.to_type(ScalarType.Float32)).abs().max().item<float>();
        Assert.InRange(difference / whole.to_type(ScalarType.Float32).abs().max().item<float>(), 0, 0.05f);
    }
}
