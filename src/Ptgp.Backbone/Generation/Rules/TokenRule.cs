namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Changes the scores of what may follow one hypothesis.</summary>
internal abstract class TokenRule
{
    public abstract RulePhase Phase { get; }

    /// <summary>Tells whether it reads the scores it changes, or sets one, at a place.</summary>
    /// <param name="length">How many tokens stand before that place, start token and prefix included.</param>
    public virtual bool ReadsScores(int length) => Phase is not (RulePhase.Forbid or RulePhase.Bias);

    /// <summary>Notes its changes for one row.</summary>
    /// <param name="written">The hypothesis, start token and prefix included.</param>
    /// <param name="scores">The scores of what may follow.</param>
    public abstract void Apply(ReadOnlySpan<int> written, ScoreRow scores);
}

/// <summary>One row of the scores of a step. Changes are noted, and made for all rows at once by <see cref="ScoreEdits.Flush"/>.</summary>
internal readonly ref struct ScoreRow(ScoreEdits edits, int row)
{
    public void Forbid(int id) => edits.Forbid(row, id);

    /// <summary>Adds to a score; once an id.</summary>
    public void Add(int id, float bias) => edits.Add(row, id, bias);

    /// <summary>Worsens each id's score by a factor: negative scores are multiplied, positive ones divided (a factor below 1 betters them).</summary>
    public void Worsen(ReadOnlySpan<int> ids, float factor) => edits.Worsen(row, ids, factor);

    public void AllowOnly(IEnumerable<int> ids) => edits.AllowOnly(row, ids);

    public void Force(int id) => edits.Force(row, id);

    /// <summary>Raises a score by its size times a share.</summary>
    public void Raise(int id, float share) => edits.Raise(row, id, share);

    public void Change(Action<TorchSharp.torch.Tensor> change) => edits.Change(row, change);
}
