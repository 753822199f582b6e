using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Transformer2.Gateway;

/// <summary>Where the gateway listens, and what connections may cost.</summary>
public static class GatewayListening
{
    /// <summary>
    /// Listens for HTTP/1.1 and, on a port of its own, for gRPC: without TLS the two protocols cannot share one. Port 0 chooses a free one.
    /// </summary>
    public static void ListenForGateway(this KestrelServerOptions kestrel, IPAddress address, int httpPort, int grpcPort)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 4096;
        kestrel.Limits.MaxRequestBodySize = 8 << 20;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 200;

        // A peer that vanished without closing is noticed within 50 s, and its generations end.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        kestrel.Listen(address, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(address, grpcPort, listen => listen.Protocols = HttpProtocols.Http2);
    }
}
