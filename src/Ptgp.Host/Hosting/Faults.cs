using System.Text.Json;
using Ptgp.Backbone;
using Ptgp.Host;

namespace Ptgp.Hosting;

/// <summary>Shows what goes wrong as <see cref="PtgpException"/>s, where its message is for users.</summary>
internal static class Faults
{
    public static T Shown<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception fault) when (IsForUsers(fault))
        {
            throw new PtgpException(fault.Message, fault);
        }
    }

    public static async Task<T> ShownAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (Exception fault) when (IsForUsers(fault))
        {
            throw new PtgpException(fault.Message, fault);
        }
    }

    private static bool IsForUsers(Exception fault) => fault is UserException or CheckpointException or FormatException or JsonException or InvalidDataException;
}
