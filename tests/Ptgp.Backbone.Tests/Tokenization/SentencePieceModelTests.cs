using CsCheck;

using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

public class SentencePieceModelTests
{
    private static readonly byte[] Whole = File.ReadAllBytes(Repository.Fixture("models", "t5-v1_1", "spiece.model"));

    [Fact]
    public void AFileThatIsCutAnywhereIsAFaultOrASmallerModel()
    {
        using var folder = new FolderCopy("");
        var faults = 0;
        for (var length = 0; length < Whole.Length; length += 41)
        {
            faults += Try(folder, Whole[..length]) ? 0 : 1;
        }

        Assert.True(faults > Whole.Length / 41 / 2, $"Only {faults} cuts were noticed.");
    }

    [Fact]
    public void ACutInsideAPieceSaysThatTheFileIsCutOff()
    {
        using var folder = new FolderCopy("");
        File.WriteAllBytes(folder["spiece.model"], Whole[..3]);
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.Contains("spiece.model is cut off: a field of a SentencePiece model needs", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangedBytesNeverThrowAnythingElse()
    {
        using var folder = new FolderCopy("");
        Gen.Select(Gen.Int[0, Whole.Length - 1], Gen.Byte, Gen.Int[0, Whole.Length - 1], Gen.Byte).Sample(
            (at, value, other, second) =>
            {
                var bytes = Whole.ToArray();
                (bytes[at], bytes[other]) = (value, second);
                Try(folder, bytes);
            },
            iter: 150,
            threads: 1);
    }

    private static bool Try(FolderCopy folder, byte[] bytes)
    {
        File.WriteAllBytes(folder["spiece.model"], bytes);
        try
        {
            var tokenizer = TokenizerLoader.Load(folder.Path, new());
            tokenizer.Decode(tokenizer.Encode("ＡＢＣ é naïve “quoted” ﬁne").Ids);
            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }
}
