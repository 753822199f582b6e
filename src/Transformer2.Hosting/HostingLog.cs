using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;

namespace Transformer2.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "The bundled expert {Path} was left out: {Reason}: {Message}")]
    public static partial void ExpertNotSeeded(ILogger logger, string path, string reason, string message);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "The stored files of tenant {Tenant} were not searched for orphans")]
    public static partial void NotSwept(ILogger logger, TenantId tenant, Exception exception);

    [LoggerMessage(
        EventId = 3002,
        Level = LogLevel.Warning,
        Message =
            "The server listens on {Address} without TLS: keys and prompts can be read on the way, unless something before it encrypts")]
    public static partial void OpenWithoutTls(ILogger logger, string address);
}
