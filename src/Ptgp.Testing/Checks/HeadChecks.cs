namespace Ptgp.Testing.Checks;

/// <summary>What must hold of a head. The part types are known to the head alone, so that the checks are closed over them here.</summary>
internal abstract class HeadChecks
{
    public static void Check<TInput, TOutput>(ITaskHead<TInput, TOutput> head, TinyBackbone backbone, IReadOnlyList<Example<TInput, TOutput>> examples, GenerationOptions generation, Faults faults)
    {
        var type = head.GetType();
        while (type is not null && !(type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(TaskHead<,,,>)))
        {
            type = type.BaseType;
        }

        var checks = (HeadChecks)Activator.CreateInstance(typeof(HeadChecks<,,,>).MakeGenericType(type!.GenericTypeArguments), head, backbone, examples, generation, faults)!;
        checks.Run();
    }

    protected abstract void Run();
}

/// <inheritdoc />
internal sealed class HeadChecks<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, TinyBackbone backbone, IReadOnlyList<Example<TInput, TOutput>> examples, GenerationOptions generation, Faults faults) : HeadChecks
{
    protected override void Run()
    {
        head.eval();
        ParameterChecks.Check(head, backbone, faults);
        if (new EncodingChecks<TInput, TPart, TPartOutput, TOutput>(head, backbone, examples, faults).Run() is not { } rows)
        {
            return;
        }

        if (rows.Exists(row => row.Target is not null))
        {
            new LossChecks<TInput, TPart, TPartOutput, TOutput>(head, backbone, [.. rows.Where(row => row.Target is not null)], faults).Run();
        }

        new AnswerChecks<TInput, TPart, TPartOutput, TOutput>(head, backbone, rows, examples, generation, faults).Run();
    }
}

/// <summary>A part of an example, encoded.</summary>
internal sealed record Row<TPart>(TPart Part, Features Features, Target? Target);
