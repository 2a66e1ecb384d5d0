using System.Text.Json.Serialization;

namespace Ptgp.Host.Training;

/// <summary>Which batch comes next.</summary>
/// <param name="Epoch">How many times the data was gone through before.</param>
/// <param name="Portion">The portion of the data, from 0.</param>
/// <param name="Batch">The batch of the portion, from 0.</param>
internal readonly record struct DataPosition(int Epoch, int Portion, int Batch)
{
    /// <summary>Gets whether an epoch begins with it.</summary>
    [JsonIgnore]
    public bool BeginsEpoch => this is { Portion: 0, Batch: 0 };
}

/// <summary>How much there is to learn from.</summary>
/// <param name="Examples">How many examples were read.</param>
/// <param name="Units">How many units they give.</param>
/// <param name="Batches">How many batches make an epoch.</param>
internal sealed record DataSize(long Examples, long Units, int Batches);

/// <summary>A batch, and which one comes after it.</summary>
/// <param name="Examples">What it holds.</param>
/// <param name="Next">The next batch; if it begins an epoch, this one was the last of its own.</param>
internal readonly record struct TrainingBatch<TPart>(IReadOnlyList<EncodedExample<TPart>> Examples, DataPosition Next);
