using System.Globalization;
using System.Text.Json;
using Ptgp.Backbone.Weights;
using Ptgp.Backbone.Weights.Pickles;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>Files that a stranger may hand us: each is refused for its own reason, or loads with the values that the reference reads.</summary>
public class HostileFilesTests
{
    private static readonly string folder = Repository.Fixture("models", "formats", "hostile");
    private static readonly Dictionary<string, JsonElement> expected = Read();

    // Part of what each refusal must say; what is not here loads.
    private static readonly Dictionary<string, string> reasons = new(StringComparer.Ordinal)
    {
        ["empty.safetensors"] = "has at least 8 bytes, this one has 0",
        ["seven-bytes.safetensors"] = "has at least 8 bytes, this one has 7",
        ["header-missing.safetensors"] = "its header is 57 bytes long, but only 0 follow",
        ["header-truncated.safetensors"] = "its header is 57 bytes long, but only 12 follow",
        ["data-truncated.safetensors"] = "is cut short: tensor 'a' ends at byte 89, but the file at byte 73",
        ["header-beyond-file.safetensors"] = "its header is 5000 bytes long, but only 81 follow",
        ["header-100mb.safetensors"] = "its header would be 100000001 bytes long",
        ["header-huge.safetensors"] = "its header would be 9223372036854775813 bytes long",
        ["header-max.safetensors"] = "its header would be 18446744073709551615 bytes long",
        ["header-zero.safetensors"] = "not valid JSON: The input does not contain any JSON tokens",
        ["header-not-json.safetensors"] = "not valid JSON: ''' is an invalid start of a property name",
        ["header-array.safetensors"] = "it must be a JSON object",
        ["header-not-utf8.safetensors"] = "invalid UTF-8",
        ["header-two-values.safetensors"] = "invalid after a single JSON value",
        ["header-deep.safetensors"] = "it must hold an object as tensor 'a'",
        ["names-twice.safetensors"] = "it names tensor 'a' twice",
        ["overlap.safetensors"] = "it lets tensor 'b' overlap the one before it",
        ["same-bytes.safetensors"] = "it lets tensor 'b' overlap the one before it",
        ["hole.safetensors"] = "it leaves 4 unused bytes before tensor 'b'",
        ["trailing-bytes.safetensors"] = "it describes tensors up to byte 89, but the file ends at byte 95",
        ["offsets-reversed.safetensors"] = "as [begin, end], but says [24, 0]",
        ["offsets-beyond.safetensors"] = "tensor 'a' ends at byte 114, but the file at byte 90",
        ["offsets-negative.safetensors"] = "whole numbers from 0 on as 'data_offsets'",
        ["offsets-huge.safetensors"] = "whole numbers from 0 on as 'data_offsets'",
        ["offsets-three.safetensors"] = "as [begin, end], but says [0, 24, 24]",
        ["offsets-float.safetensors"] = "whole numbers from 0 on as 'data_offsets'",
        ["shape-negative.safetensors"] = "whole numbers from 0 on as 'shape'",
        ["shape-too-large.safetensors"] = "24 bytes, but F32 [2, 4] takes 32",
        ["shape-too-small.safetensors"] = "24 bytes, but F32 [2, 2] takes 16",
        ["shape-overflow.safetensors"] = "takes more than a file can hold",
        ["shape-huge.safetensors"] = "takes more than a file can hold",
        ["shape-string.safetensors"] = "must hold a list as 'shape'",
        ["shape-missing.safetensors"] = "must say 'dtype', 'shape' and 'data_offsets'",
        ["dtype-unknown.safetensors"] = "as 'F31', which Ptgp cannot read",
        ["dtype-lowercase.safetensors"] = "as 'f32', which Ptgp cannot read",
        ["dtype-mismatch.safetensors"] = "24 bytes, but F64 [2, 3] takes 48",
        ["metadata-number.safetensors"] = "must hold text as '__metadata__.epoch'",
        ["os-system.bin"] = "asks for 'posix.system'",
        ["os-system-in-dict.bin"] = "asks for 'os.system'",
        ["posix-system-protocol4.bin"] = "asks for 'posix.system'",
        ["builtins-eval.bin"] = "asks for '__builtin__.eval'",
        ["builtins-eval-python2-name.bin"] = "asks for '__builtin__.eval'",
        ["builtins-getattr.bin"] = "asks for 'builtins.getattr'",
        ["subprocess.bin"] = "asks for 'subprocess.check_output'",
        ["torch-hub.bin"] = "asks for 'torch.hub.load'",
        ["torch-load-nested.bin"] = "asks for 'torch.load'",
        ["dotted-name.bin"] = "asks for 'torch._utils._rebuild_tensor_v2.__globals__'",
        ["opcode-inst.bin"] = "INST of 'os.system'",
        ["opcode-obj.bin"] = "asks for 'os.system'",
        ["opcode-newobj.bin"] = "asks for 'os.system'",
        ["opcode-build.bin"] = "asks for 'os.system'",
        ["opcode-ext.bin"] = "holds the opcode EXT",
        ["global-as-value.bin"] = "asks for 'os.system'",
        ["persistent-text.bin"] = "holds the opcode PERSID",
        ["persistent-tag.bin"] = "must refer to nothing but storages",
        ["storage-unknown.bin"] = "asks for 'torch.EvilStorage'",
        ["storage-is-function.bin"] = "asks for 'os.system'",
        ["storage-missing.bin"] = "refers to storage '7', which it does not hold",
        ["storage-escape.bin"] = "refers to storage '../../../config.json', which it does not hold",
        ["storage-short.bin"] = "must give storage '0' 24 bytes, but gives it 20",
        ["storage-count-huge.bin"] = "must give storage '0' 4398046511104 bytes, but gives it 24",
        ["storage-count-negative.bin"] = "gives storage '0' -6 elements",
        ["view-beyond.bin"] = "from element 1 on, which must lie inside its storage of 6 elements",
        ["view-stride-beyond.bin"] = "with strides [1000, 1] from element 0 on, which must lie inside its storage",
        ["view-offset-negative.bin"] = "from element -1 on, which must lie inside its storage",
        ["view-stride-negative.bin"] = "shape and strides as whole numbers from 0 on",
        ["view-size-negative.bin"] = "shape and strides as whole numbers from 0 on",
        ["view-size-overflow.bin"] = "a view [2147483648, 8589934592] with strides [0, 0]",
        ["view-size-huge.bin"] = "a view [1048576, 1048576] with strides [0, 0] from element 0 on, which must lie inside its storage of 6 elements and have no more",
        ["view-rank-mismatch.bin"] = "but gives 1 for 2",
        ["stack-underflow.bin"] = "takes a value off an empty stack",
        ["stack-no-mark.bin"] = "takes all values up to a mark, but set none",
        ["stack-marks.bin"] = "compressed",
        ["stack-nested-tuples.bin"] = "compressed",
        ["memo-missing.bin"] = "remembers value 5, which it never stored",
        ["string-beyond.bin"] = "a text of 2147483647 bytes",
        ["string-beyond-8.bin"] = "a text of 4611686018427387904 bytes",
        ["string-not-utf8.bin"] = "a text that is not UTF-8",
        ["long-huge.bin"] = "the opcode 0x8B",
        ["frame-beyond.bin"] = "a frame of 4611686018427387904 bytes",
        ["protocol-99.bin"] = "protocol 2 to 5, but says 99",
        ["opcode-unknown.bin"] = "the opcode 0xFE",
        ["no-stop.bin"] = "ends at byte 3 without a STOP",
        ["empty-pickle.bin"] = "ends at byte 0 without a STOP",
        ["no-pickle.bin"] = "must be an archive with one 'data.pkl', but has 0",
        ["result-list.bin"] = "must hold a dictionary of tensors",
        ["key-number.bin"] = "must name each tensor by a text",
        ["big-endian.bin"] = "byte order 'little', but says 'big'",
        ["byteorder-strange.bin"] = "byte order 'little', but says 'middle'",
        ["torchscript.bin"] = "is a TorchScript archive: a program, not weights",
        ["zip-bomb.bin"] = "compressed or encrypted, which torch.save never does",
        ["zip-two-pickles.bin"] = "it holds 'archive/data.pkl' twice",
        ["zip-truncated.bin"] = "its zip archive has no directory at the end",
        ["zip-middle.bin"] = "its zip archive has no directory at the end",
        ["not-a-model.bin"] = "is a web page, not weights",
        ["lfs-pointer.bin"] = "is a pointer of Git LFS",
        ["no-bytes.bin"] = "has at least 1 bytes, this one has 0",
        ["legacy-os-system.bin"] = "asks for 'posix.system'",
        ["legacy-truncated.bin"] = "is cut short: storage '94000000000000' takes 24 bytes",
        ["legacy-magic.bin"] = "does not begin with its magic number",
        ["legacy-bare-pickle.bin"] = "asks for 'posix.system'",
    };

    private static readonly Dictionary<string, string> folderReasons = new(StringComparer.Ordinal)
    {
        ["missing-tensor/"] = "must have a tensor 'model.layers.1.self_attn.q_proj.weight', but has none. Is the download complete",
        ["misspelled-tensor/"] = "must have a tensor 'model.layers.1.self_attn.q_proj.weight', but has none. It has 'model.layers.1.self_attn.q_porj.weight'.",
        ["wrong-shape/"] = "tensor 'model.layers.1.self_attn.q_proj.weight' must be [12, 8] by config.json, but is [8, 12]",
        ["wrong-shape-same-count/"] = "by config.json, but is",
        ["wrong-vocabulary/"] = "must be [16, 8] by config.json, but is [15, 8]",
        ["integer-weights/"] = "must hold fractions, but is I64",
        ["shard-missing/"] = "model-00002-of-00002.safetensors' does not exist",
        ["shard-escape/"] = "which must be the name of a file in the same folder",
        ["shard-absolute/"] = "into '/nowhere/model.safetensors', which must be the name of a file in the same folder",
        ["shard-lacks-tensor/"] = "holds tensor 'model.layers.9.weight', but it does not",
        ["config-no-type/"] = "config.json must have 'model_type', but has not",
        ["config-unknown-type/"] = "but is 'lama'. The nearest is 'llama'",
        ["config-negative/"] = "'num_hidden_layers' must be at least 1, but is -1",
        ["config-indivisible/"] = "2 does not divide 3",
        ["config-text-number/"] = "'hidden_size' must be a whole number, but is \"8\"",
        ["config-huge/"] = "'vocab_size' must be a whole number within 32 bits, but is 1000000000000",
        ["config-broken/"] = "config.json(1,41) must be JSON",
    };

    public static TheoryData<string> Folders => [.. expected.Keys.Where(file => file.EndsWith('/'))];

    public static TheoryData<string> Files => [.. expected.Keys.Where(file => !file.EndsWith('/'))];

    [Theory, MemberData(nameof(Files))]
    public void EachIsRefusedForItsReasonOrLoadsAsTheReferenceDoes(string file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var what = expected[file];
        if (reasons.TryGetValue(file, out var reason))
        {
            Assert.NotEqual(JsonValueKind.True, what.GetProperty("load").ValueKind);
            var fault = Assert.Throws<CheckpointException>(() => Open(file));
            Assert.StartsWith($"Weights file '{Path.Combine(folder, file)}' ", fault.Message, StringComparison.Ordinal);
            Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.NotEqual(JsonValueKind.False, what.GetProperty("load").ValueKind);
            using var opened = Open(file);
            var tensors = what.GetProperty("tensors");
            Assert.Equal(tensors.EnumerateObject().Select(tensor => tensor.Name).Order(StringComparer.Ordinal), opened.Entries.Keys.Order(StringComparer.Ordinal));
            foreach (var tensor in tensors.EnumerateObject())
            {
                AssertHolds(opened, tensor.Name, tensor.Value);
            }
        }

        // None holds more than a few numbers, whatever it claims.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory, MemberData(nameof(Folders))]
    public void EachFolderIsRefusedForItsReasonOrLoads(string name)
    {
        var path = Path.Combine(folder, name);
        if (folderReasons.TryGetValue(name, out var reason))
        {
            Assert.Equal(JsonValueKind.False, expected[name].GetProperty("load").ValueKind);
            Assert.Contains(reason, Assert.Throws<CheckpointException>(() => CheckpointFolder.Open(path).LoadTransformer(CPU, ScalarType.Float32)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(JsonValueKind.True, expected[name].GetProperty("load").ValueKind);
            var checkpoint = CheckpointFolder.Open(path);
            using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
            Assert.Equal(name == "extra-tensor/" ? ["model.layers.9.surprise.weight"] : [], checkpoint.Verify().Unread);
        }
    }

    [Fact]
    public void AllOfThemAreTried() => Assert.Equal(143, expected.Count);

    // Both are packed to keep the fixtures small, which alone refuses them; here is what they are about.
    [Theory]
    [InlineData("stack-marks.bin", "takes a value off an empty stack")]
    [InlineData("stack-nested-tuples.bin", null)]
    public void MuchNestingNeedsNoStack(string file, string? reason)
    {
        var bytes = new FileBytes(TorchBytes.Zip(TorchBytes.Unpack(Path.Combine(folder, file))));
        if (reason is null)
        {
            Assert.Empty(PickleFile.ReadEntries("some.bin", bytes));
        }
        else
        {
            Assert.Contains(reason, Assert.Throws<CheckpointException>(() => PickleFile.ReadEntries("some.bin", bytes)).Message, StringComparison.Ordinal);
        }
    }

    private static IWeightsFile Open(string file) =>
        file.EndsWith(".bin", StringComparison.Ordinal) ? PickleFile.Open(Path.Combine(folder, file)) : SafeTensorsFile.Open(Path.Combine(folder, file));

    private static void AssertHolds(IWeightsFile file, string name, JsonElement tensor)
    {
        using var read = file.Read(name);
        using var values = read.flatten().to(ScalarType.Float32);
        Assert.Equal(tensor.GetProperty("dtype").GetString(), read.dtype switch
        {
            ScalarType.Byte => "uint8",
            var type => type.ToString().ToLowerInvariant(),
        });
        Assert.Equal(tensor.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()), read.shape);
        Assert.Equal(
            tensor.GetProperty("values").EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? value.GetSingle() : float.Parse(value.GetString()!, CultureInfo.InvariantCulture)),
            values.numel() == 0 ? [] : values.data<float>().ToArray());
    }

    private static Dictionary<string, JsonElement> Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        return document.RootElement.EnumerateArray().ToDictionary(entry => entry.GetProperty("file").GetString()!, entry => entry.Clone(), StringComparer.Ordinal);
    }
}
