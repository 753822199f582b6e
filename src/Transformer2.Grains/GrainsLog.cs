using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

internal static partial class GrainsLog
{
    [LoggerMessage(
        EventId = 4001, Level = LogLevel.Warning, Message = "The unused file {Digest} of tenant {Tenant} could not be removed; left for later")]
    public static partial void FileNotRemoved(ILogger logger, TenantId tenant, ContentDigest digest, Exception exception);
}
