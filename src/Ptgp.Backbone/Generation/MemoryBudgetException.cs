namespace Ptgp.Backbone.Generation;

/// <summary>A request may need more keys and values than an engine may hold at all; see <see cref="EngineLimits.MemoryBytes"/>. The message has the figures and is for users.</summary>
public sealed class MemoryBudgetException(string message) : Exception(message);
