using CsCheck;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class PagedAttentionTests
{
    // Any number of entries, among them those that no four divide, in any order, of heads of any width, some sharing keys.
    [Fact]
    public void ARowSeesItsEntriesAndNoOthers() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 20], Gen.Int[1, 70].List[1, 5], Gen.Bool, Gen.Int[0, 1 << 20]).Sample(
            (keyHeads, sharing, width, counts, isBiased, seed) =>
            {
                using var scope = NewDisposeScope();
                using var gradientless = no_grad();
                using var generator = new Generator((ulong)seed);
                Random random = new(seed);
                var (heads, rows, scale) = (keyHeads * sharing, counts.Count, 0.3f);
                var (queries, keys, values) = (randn([rows, heads * width], generator: generator), randn([90, keyHeads * width], generator: generator), randn([90, keyHeads * width], generator: generator));
                var biases = isBiased ? Enumerable.Range(0, heads * 80).Select(_ => random.NextSingle()).ToArray() : null;
                PagedAttention.Line[] lines = [.. counts.Select(count =>
                {
                    var first = random.Next(3);
                    return new PagedAttention.Line([.. Enumerable.Range(0, count + first + 2).Select(_ => random.Next(90))], first, count);
                })];
                var found = PagedAttention.Attend(RowBlock.Of(queries), new(keys, values), lines, new(heads, keyHeads, width, scale), biases);
                for (var row = 0; row < rows; row++)
                {
                    var (count, seen) = (counts[row], lines[row].Entries.Skip(lines[row].First).Take(counts[row]).Select(entry => (long)entry).ToArray());
                    var (k, v) = (Seen(keys, seen), Seen(values, seen));                                                                // [heads, count, width]
                    var scores = queries[row].to_type(float64).view(heads, 1, width).matmul(k.transpose(1, 2)) * scale;                  // [heads, 1, count]
                    var added = biases is null ? zeros([heads, 1, count], float64) : tensor(biases).view(heads, 1, 80).narrow(2, 80 - count, count).to_type(float64);
                    var expected = nn.functional.softmax(scores + added, -1).matmul(v).view(-1);
                    Gradient.AssertClose(expected, found[row].to_type(float64), 1e-5);
                }

                Tensor Seen(Tensor all, long[] entries) =>
                    all.index_select(0, tensor(entries)).to_type(float64).view(entries.Length, keyHeads, width).transpose(0, 1).repeat_interleave(sharing, 0);
            },
            iter: 200,
            threads: 1);
}
