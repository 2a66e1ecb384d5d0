namespace Ptgp.Backbone;

/// <summary>A family of checkpoints: how its <c>config.json</c> is read and how its weights are named.</summary>
public abstract class Family
{
    /// <summary>Gets all families there are.</summary>
    public static IReadOnlyList<Family> All { get; } =
    [
        new T5Family(), new BartFamily(), new MBartFamily(), new MarianFamily(), new PegasusFamily(), new M2M100Family(), new WhisperFamily(),
        new Gpt2Family(), new LlamaFamily(), new MistralFamily(), new Qwen2Family(), new TransformerXlFamily(),
        new BertFamily(), new RobertaFamily(), new DistilBertFamily(),
    ];

    /// <summary>Gets its name, such as <c>t5</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the values of <c>model_type</c> in <c>config.json</c> that it reads.</summary>
    public abstract IReadOnlyList<string> ModelTypes { get; }

    /// <summary>Reads the shape of a Transformer.</summary>
    /// <exception cref="CheckpointException">A field is missing, or has a value that this family does not know.</exception>
    public abstract TransformerConfig ReadConfig(ConfigReader config);

    /// <summary>Gets the checkpoint's names of our parameters.</summary>
    public abstract NameTable NamesOf(TransformerConfig config);

    /// <summary>Gets what all names begin with in checkpoints with an output layer, and may lack in those without.</summary>
    public virtual string BasePrefix => "";

    /// <summary>Gets names under which a tied tensor may be stored too, by our name of it.</summary>
    public virtual IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config) => new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Gets what a checkpoint may hold beside the Transformer, by the name in <see cref="CheckpointHead.Weights"/>: the names of a projection, the first of which that is there counts.</summary>
    public virtual IReadOnlyDictionary<string, IReadOnlyList<string>> HeadNames => new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Gets whether a head's pooler cuts what is negative, rather than take the hyperbolic tangent.</summary>
    public virtual bool PoolsByRelu => false;

    /// <summary>Gets how the checkpoint stores one of our parameters.</summary>
    public virtual StoredForm FormOf(string name) => default;

    /// <summary>Gets the name that older checkpoints have for what newer ones call <paramref name="name"/>; null when there is none.</summary>
    public virtual string? OlderName(string name) => null;

    /// <summary>Tells whether a tensor of a checkpoint is made anew rather than read.</summary>
    public virtual bool IsDerived(string name) => false;

    /// <summary>Gets how many ids its tokenizer puts before SentencePiece's own pieces.</summary>
    public virtual int PieceOffset => 0;

    /// <summary>Gets the languages that its tokenizer numbers behind SentencePiece's pieces where the checkpoint's files name none.</summary>
    public virtual IReadOnlyList<string> Languages => [];

    /// <summary>Gets the texts that its checkpoints were taught to read before an input, by task.</summary>
    public virtual IReadOnlyDictionary<string, string> Prefixes => new Dictionary<string, string>();
}
