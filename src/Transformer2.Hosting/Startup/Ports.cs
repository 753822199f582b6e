using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Transformer2.Hosting;

/// <summary>Looks at ports before anything costly begins.</summary>
internal static class Ports
{
    private const int FirstFree = 20_000;
    private const int EndFree = 32_000;

    /// <summary>Refuses a port that cannot be listened on, or an address that is not this machine's (also with port 0).</summary>
    /// <exception cref="StartupException">It is taken or not allowed.</exception>
    public static void RequireFree(IPAddress address, int port, string setting)
    {
        try
        {
            Listen(address, port);
        }
        catch (SocketException exception)
        {
            throw new StartupException(
                $"Port {port} on {address} cannot be used ({exception.Message}); stop what uses it, or set {setting}.", exception);
        }
    }

    /// <summary>
    /// A port that was free a moment ago. Below those that systems give to outgoing connections (32768 and up on Linux), so that none of
    /// them takes it before it is listened on.
    /// </summary>
    public static int Free(IPAddress address)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                return Listen(address, RandomNumberGenerator.GetInt32(FirstFree, EndFree));
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        return Listen(address, 0);
    }

    private static int Listen(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
