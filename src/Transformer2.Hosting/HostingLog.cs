using Microsoft.Extensions.Logging;

namespace Transformer2.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "The bundled expert {Path} was left out: {Reason}: {Message}")]
    public static partial void ExpertNotSeeded(ILogger logger, string path, string reason, string message);
}
