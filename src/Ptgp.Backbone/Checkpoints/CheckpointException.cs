namespace Ptgp.Backbone;

/// <summary>A checkpoint cannot be used as it is. The message is for users: it names the file, what is wrong in it and what to do.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Reports a fault in a checkpoint.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>Reports a fault in a checkpoint that another failure brought to light.</summary>
    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
