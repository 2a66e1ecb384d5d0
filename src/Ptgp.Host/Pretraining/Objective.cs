namespace Ptgp.Host.Pretraining;

/// <summary>What is learned from plain text: it hides something and says what is expected. What it draws is drawn from the random numbers it is given, nothing else.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="about">What it is, in a few words.</param>
/// <param name="loss">What its labels are compared with.</param>
internal abstract class Objective(string name, string about, LossKind loss)
{
    /// <summary>Gets all objectives.</summary>
    public static IReadOnlyList<Objective> All { get; } =
    [
        new CausalObjective(), new PrefixObjective(), new MaskedObjective(), new TranslationObjective(), new SpanObjective(), new MixtureObjective(), new DenoisingObjective(),
        new ReplacedObjective(), new OrderObjective(),
    ];

    /// <summary>Gets its name on the command line.</summary>
    public string Name => name;

    /// <summary>Gets what it is, in a few words.</summary>
    public string About => about;

    /// <summary>Gets what its labels are compared with.</summary>
    public LossKind Loss => loss;

    /// <summary>Gets whether it learns from two texts that say the same.</summary>
    public virtual bool NeedsPairs => false;

    /// <summary>Gets which share of tokens or words it hides unless something else is asked for.</summary>
    public virtual double Density => 0.15;

    /// <summary>Says what a backbone lacks for it; null where it does.</summary>
    /// <param name="features">What the backbone can do.</param>
    /// <param name="ids">The ids of its tokenizer.</param>
    /// <param name="settings">How it is learned.</param>
    public abstract string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings);

    /// <summary>Gets how many tokens of text a block may hold.</summary>
    public virtual int Room(SpecialIds ids, PretrainingSettings settings) => settings.Block - ids.Before.Count - ids.Behind.Count;

    /// <summary>Makes an input and labels of a block.</summary>
    public abstract Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings);

    /// <summary>Tells whether it writes to what it has read with an encoder.</summary>
    protected static bool Translates(BackboneFeatures features) => features.HasFlag(BackboneFeatures.Aligns);

    /// <summary>Tells whether it writes on in what it reads.</summary>
    protected static bool WritesOn(BackboneFeatures features) => features.HasFlag(BackboneFeatures.Writes) && !features.HasFlag(BackboneFeatures.SeesBothSides);
}
