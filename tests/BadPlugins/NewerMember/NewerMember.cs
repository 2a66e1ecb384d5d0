namespace Ptgp.BadPlugins;

/// <summary>Uses a member of a later contract without saying so.</summary>
public sealed class NewerMember : IdlePlugin
{
    public override string Name => "newer-member";

    public override FineTuningRecipe Recipe => new() { NewerThanYou = 1 };
}
