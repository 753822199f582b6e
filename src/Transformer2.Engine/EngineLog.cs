using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

internal static partial class EngineLog
{
    [LoggerMessage(2000, LogLevel.Information, "Model {Model}: {Parameters} parameters, context {Context}, batch of {Rows} rows")]
    public static partial void Loaded(ILogger logger, string model, long parameters, int context, int rows);

    [LoggerMessage(2001, LogLevel.Critical, "The model thread has died; nothing is served any more")]
    public static partial void Faulted(ILogger logger, Exception error);

    [LoggerMessage(2003, LogLevel.Error, "A computation of the model failed (attempt {Attempt}); it is repeated")]
    public static partial void AttemptFailed(ILogger logger, Exception error, int attempt);

    [LoggerMessage(2005, LogLevel.Error, "A step of {Pieces} rows failed; its rows are computed one by one")]
    public static partial void StepFailed(ILogger logger, Exception error, int pieces);

    [LoggerMessage(2004, LogLevel.Error, "Request {Request} failed; the others go on")]
    public static partial void RequestFailed(ILogger logger, Exception error, string request);

    [LoggerMessage(2006, LogLevel.Information, "New requests with expert {Digest} take a merged copy of {Mebibytes} MiB")]
    public static partial void Merged(ILogger logger, string digest, long mebibytes);

    [LoggerMessage(2007, LogLevel.Information, "New requests with expert {Digest} take its merged copy no more")]
    public static partial void MergedDropped(ILogger logger, string digest);

    [LoggerMessage(2008, LogLevel.Error, "Expert {Digest} could not be merged; it is served as before")]
    public static partial void MergingFailed(ILogger logger, Exception error, string digest);

    [LoggerMessage(2009, LogLevel.Information, "{Mebibytes} MiB of the weights are in large pages")]
    public static partial void LargePages(ILogger logger, long mebibytes);

    [LoggerMessage(2002, LogLevel.Warning, "Request {Request}: the expert drives the model to logits that are not finite")]
    public static partial void NonFiniteLogits(ILogger logger, string request);
}
