namespace Ptgp.Backbone.Generation;

/// <summary>What is asked of a text leaves nothing that may follow. The message is for users.</summary>
public sealed class ForbiddenException(string message) : Exception(message);
