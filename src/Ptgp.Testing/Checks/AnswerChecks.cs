using System.Text.Json;
using static TorchSharp.torch;

namespace Ptgp.Testing.Checks;

/// <summary>What must hold of <c>Predict</c>, <c>Join</c> and <c>AnswerAsync</c>: a batch answers as its rows one by one, and every input is answered.</summary>
internal sealed class AnswerChecks<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, TinyBackbone backbone, IReadOnlyList<Row<TPart>> rows,
    IReadOnlyList<Example<TInput, TOutput>> examples, GenerationOptions generation, Faults faults)
{
    private const double Tolerance = 1e-3;
    private static readonly JsonSerializerOptions Numbers = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public void Run()
    {
        var (predicts, answers) = (Overrides(nameof(head.Predict)), Overrides(nameof(head.AnswerAsync)));
        if (!faults.Check(predicts || answers, $"{head.GetType().Name} must override Predict, or AnswerAsync, but overrides neither."))
        {
            return;
        }

        if (predicts)
        {
            faults.Try("Predict", OneByOne);
            faults.Try("Predict", () => Leftovers.Check("Predict", gradients: false, () => head.Predict(Encoder.Encode(head, backbone, rows, learning: false)), faults));
        }

        if (predicts || answers)
        {
            faults.Try("AnswerAsync", Answers);
        }
    }

    private bool Overrides(string member) => head.GetType().GetMethod(member)!.DeclaringType is { } type && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(TaskHead<,,,>));

    private IReadOnlyList<TPartOutput> Predict(IReadOnlyList<Row<TPart>> some)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return head.Predict(Encoder.Encode(head, backbone, some, learning: false));
    }

    private void OneByOne()
    {
        var whole = Predict(rows);
        if (!faults.Check(whole.Count == rows.Count, $"Predict must give an answer a row, but gives {whole.Count} for {rows.Count} rows."))
        {
            return;
        }

        for (var i = 0; i < rows.Count; i++)
        {
            var (together, alone) = (Json(whole[i]), Json(Predict([rows[i]])[0]));
            faults.Check(Same(together, alone), $"Predict must answer a row of a batch as it answers the row alone, but answers {together} against {alone}. Use batch.Mask wherever positions are summed, averaged or compared.");
        }
    }

    private void Answers()
    {
        var host = new TinyAnswering<TInput, TPart, TPartOutput, TOutput>(head, backbone, generation);
        foreach (var example in examples)
        {
            var answer = Task.Run(() => head.AnswerAsync(example.Input, host, CancellationToken.None)).GetAwaiter().GetResult();
            faults.Check(answer is not null, "AnswerAsync must give an answer to every input, but gives null.");
            faults.Check(answer is null || Json(answer).ValueKind != JsonValueKind.Undefined, $"{typeof(TOutput).Name} must be writable as JSON.");
        }
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, Numbers);

    private static bool Same(JsonElement one, JsonElement other) => one.ValueKind == other.ValueKind && one.ValueKind switch
    {
        JsonValueKind.Number => Math.Abs(one.GetDouble() - other.GetDouble()) <= Tolerance * Math.Max(1, Math.Abs(one.GetDouble())),
        JsonValueKind.Array => one.GetArrayLength() == other.GetArrayLength() && one.EnumerateArray().Zip(other.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
        JsonValueKind.Object => one.EnumerateObject().Zip(other.EnumerateObject()).All(pair => pair.First.Name == pair.Second.Name && Same(pair.First.Value, pair.Second.Value)),
        _ => one.ToString() == other.ToString(),
    };
}
