using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

internal static partial class EngineLog
{
    [LoggerMessage(2000, LogLevel.Information, "Model {Model}: {Parameters} parameters, context {Context}, batch of {Rows} rows")]
    public static partial void Loaded(ILogger logger, string model, long parameters, int context, int rows);

    [LoggerMessage(2001, LogLevel.Critical, "The model thread has died; nothing is served any more")]
    public static partial void Faulted(ILogger logger, Exception error);

    [LoggerMessage(2003, LogLevel.Error, "A step of the model failed ({Failures} in a row); it is tried again")]
    public static partial void StepFailed(ILogger logger, Exception error, int failures);

    [LoggerMessage(2002, LogLevel.Warning, "Request {Request}: the expert drives the model to logits that are not finite")]
    public static partial void NonFiniteLogits(ILogger logger, string request);
}
