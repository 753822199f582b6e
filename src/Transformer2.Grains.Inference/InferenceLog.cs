using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

internal static partial class InferenceLog
{
    [LoggerMessage(
        EventId = 5001, Level = LogLevel.Error, Message = "Adaptation {Adaptation} of tenant {Tenant} was interrupted (attempt {Attempt})")]
    public static partial void AdaptationInterrupted(ILogger logger, TenantId tenant, AdaptationId adaptation, int attempt, Exception exception);

    [LoggerMessage(
        EventId = 5002, Level = LogLevel.Error, Message = "Adaptation {Adaptation} of tenant {Tenant} cannot go on; the next start takes it up again")]
    public static partial void AdaptationAbandoned(ILogger logger, TenantId tenant, AdaptationId adaptation, Exception exception);

    [LoggerMessage(
        EventId = 5003, Level = LogLevel.Warning, Message = "Leftovers of adaptation {Adaptation} of tenant {Tenant} were not removed; left for later")]
    public static partial void NotCleanedUp(ILogger logger, TenantId tenant, AdaptationId adaptation, Exception exception);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Error, Message = "The unfinished adaptations cannot be read; repeated in a moment")]
    public static partial void NotResumed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Error, Message = "Adaptation {Adaptation} of tenant {Tenant} cannot be taken up again")]
    public static partial void JobNotResumed(ILogger logger, TenantId tenant, AdaptationId adaptation, Exception exception);
}
