using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>What commands are made of beyond the command line; tests bring their own.</summary>
internal interface IHostParts
{
    /// <summary>Names the plugins in the configuration's folders, those that cannot be used included.</summary>
    IReadOnlyCollection<string> FindPlugins(HostConfiguration configuration);

    /// <summary>Makes what opens tasks. Loads nothing yet.</summary>
    ITaskHost CreateTaskHost(HostConfiguration configuration, IConsoleLog log);
}
