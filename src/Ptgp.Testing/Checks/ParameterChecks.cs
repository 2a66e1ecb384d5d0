using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Testing.Checks;

/// <summary>What must hold of a head's parameters: its own are all registered, and the backbone's are not among them.</summary>
internal static class ParameterChecks
{
    public static void Check(nn.Module head, TinyBackbone backbone, Faults faults)
    {
        var registered = head.parameters().Select(parameter => parameter.Handle).ToHashSet();
        var shared = backbone.Parameters.Select(parameter => parameter.Handle).ToHashSet();
        faults.Check(!registered.Overlaps(shared), $"{head.GetType().Name} must have parameters of its own only, but holds the backbone's: they would be stored, and trained, with the head. Keep the IBackbone and nothing behind it.");
        for (var type = head.GetType(); type is not null && type != typeof(nn.Module); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                Tensor[] own = field.GetValue(head) switch
                {
                    Parameter parameter => [parameter],
                    nn.Module module => [.. module.parameters()],
                    _ => [],
                };
                faults.Check(Array.TrueForAll(own, parameter => registered.Contains(parameter.Handle)),
                    $"{head.GetType().Name}'s parameters must be registered to be trained and stored, but those of '{field.Name}' are not. Call RegisterComponents() at the end of the constructor.");
            }
        }
    }
}
