using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests;

/// <summary>
/// A <c>Scalar</c> of TorchSharp that is made in passing, as by <c>x.ge(0)</c> and inside of <c>x + y</c>, may be collected while libtorch reads
/// it, for nothing holds it once its address is taken: the answer is then wrong, or an exception, once in some hundred thousand calls on a busy
/// machine. So a scalar is a field or a <c>using</c> local, and <c>Ops.Add</c> stands for <c>+</c>.
/// </summary>
public sealed class ScalarTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<ushort, OpCode> codes = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => unchecked((ushort)code.Value));
    private static readonly HashSet<MethodBase> unsafeMethods = FindUnsafe();

    public static TheoryData<string> Assemblies { get; } = ["Ptgp.Backbone", "Ptgp.Toolkit", "Ptgp.Testing", "ptgp"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void NoScalarIsMadeInPassing(string assembly) => Assert.Equal("", string.Join("\n", Methods(Assembly.Load(assembly)).SelectMany(MadeInPassing)));

    [Theory]
    [InlineData(nameof(Compare), "ScalarTests.Compare: Scalar.op_Implicit")]
    [InlineData(nameof(Sum), "ScalarTests.Sum: Tensor.op_Addition")]
    [InlineData(nameof(Held), null)]
    public void TheSearchFindsThem(string method, string? found) =>
        Assert.Equal(found is null ? [] : [found], MadeInPassing(typeof(ScalarTests).GetMethod(method, All)!));

    private static Tensor Compare(Tensor x) => x.ge(0);

    private static Tensor Sum(Tensor x) => x + x;

    private static Tensor Held(Tensor x)
    {
        using Scalar zero = 0;
        return x.ge(zero);
    }

    private static IEnumerable<string> MadeInPassing(MethodBase method) => Calls(method)
        .Where(call => IsScalar(call.Callee) ? !Keeps(call.Next) : unsafeMethods.Contains(call.Callee))
        .Select(call => $"{method.DeclaringType!.Name}.{method.Name}: {call.Callee.DeclaringType!.Name}.{call.Callee.Name}");

    // The methods of TorchSharp that make a scalar in passing, or call one that does.
    private static HashSet<MethodBase> FindUnsafe()
    {
        var calls = Methods(typeof(Tensor).Assembly).ToDictionary(method => method, method => Calls(method).ToArray());
        HashSet<MethodBase> found = [.. calls.Where(pair => pair.Value.Any(call => IsScalar(call.Callee))).Select(pair => pair.Key)];
        while (calls.Where(pair => !found.Contains(pair.Key) && pair.Value.Any(call => found.Contains(call.Callee))).Select(pair => pair.Key).ToArray() is { Length: > 0 } more)
        {
            found.UnionWith(more);
        }

        return found;
    }

    private static bool IsScalar(MethodBase callee) => (callee.DeclaringType == typeof(Scalar) && callee.Name == "op_Implicit") || callee.Name == "ToScalar";

    private static bool Keeps(OpCode next) => next == OpCodes.Stsfld || next == OpCodes.Stfld || next.Name!.StartsWith("stloc", StringComparison.Ordinal);

    private static IEnumerable<MethodBase> Methods(Assembly assembly) => assembly.GetTypes().SelectMany(type => type.GetMembers(All)).OfType<MethodBase>();

    private static IEnumerable<(MethodBase Callee, OpCode Next)> Calls(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            yield break;
        }

        var (ofType, ofMethod) = (method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
        for (var at = 0; at < code.Length;)
        {
            var operation = Read(code, ref at);
            var operand = at;
            at += Length(code, at, operation);
            if (operation == OpCodes.Call || operation == OpCodes.Callvirt)
            {
                var next = at;
                yield return (method.Module.ResolveMethod(BitConverter.ToInt32(code, operand), ofType, ofMethod)!, Read(code, ref next));
            }
        }
    }

    private static OpCode Read(byte[] code, ref int at)
    {
        var first = code[at++];
        return codes[first == 0xFE ? (ushort)(0xFE00 | code[at++]) : first];
    }

    private static int Length(byte[] code, int at, OpCode operation) => operation.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
