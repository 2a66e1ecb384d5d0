namespace Ptgp.BadPlugins;

/// <summary>Built against a later TorchSharp.</summary>
public sealed class NewerTorchSharp : IdlePlugin
{
    public override string Name => "newer-torchsharp";

    public override string ToText(string output) => TorchSharp.torch.NewerThanYou.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
