using Microsoft.Extensions.Logging;

namespace Transformer2.Gateway;

internal static partial class GatewayLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "{Method} failed")]
    public static partial void Unexpected(ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "{Method}: no silo can answer")]
    public static partial void Unavailable(ILogger logger, string method, Exception exception);
}
