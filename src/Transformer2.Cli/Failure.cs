using System.Globalization;
using Grpc.Core;
using Transformer2.Client;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>A command line that parses but makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Local input that cannot be used.</summary>
internal sealed class InputException(string message) : Exception(message);

/// <summary>How a failed command ends.</summary>
/// <param name="ExitCode">The code.</param>
/// <param name="Message">What standard error says.</param>
internal sealed record Failure(int ExitCode, string Message)
{
    /// <summary>The end that an exception means.</summary>
    public static Failure Of(Exception exception) => exception switch
    {
        OperationCanceledException => new Failure(Cli.ExitCode.Cancelled, "cancelled"),
        UsageException => new Failure(Cli.ExitCode.Usage, exception.Message),
        InputException or TokenizerException or ChatTemplateException => new Failure(Cli.ExitCode.InvalidInput, exception.Message),
        Transformer2Exception refused => new Failure(Cli.ExitCode.Of(refused.StatusCode), Describe(refused)),
        ExpertFileException file => new Failure(Cli.ExitCode.InvalidInput, $"{file.Reason}: {file.Message}"),
        SafetensorsException file => new Failure(Cli.ExitCode.InvalidInput, $"{file.Reason}: {file.Message}"),
        ExpertCompositionException mixture => new Failure(Cli.ExitCode.InvalidInput, $"{mixture.Reason}: {mixture.Message}"),
        FileNotFoundException or DirectoryNotFoundException => new Failure(Cli.ExitCode.NotFound, exception.Message),
        UnauthorizedAccessException => new Failure(Cli.ExitCode.InvalidInput, exception.Message),
        IOException => new Failure(Cli.ExitCode.Unexpected, exception.Message),
        _ => new Failure(Cli.ExitCode.Unexpected, $"unexpected error: {exception.GetType().Name}: {exception.Message}"),
    };

    private static string Describe(Transformer2Exception refused)
    {
        var reason = refused.Reason.Length > 0 ? refused.Reason : refused.StatusCode.ToString();
        var text = refused.Message.Length > 0 ? $"{reason}: {refused.Message}"
            : refused.StatusCode == StatusCode.DeadlineExceeded ? $"{reason}: there was no answer in time; --timeout gives it more."
            : reason;
        return refused.RetryAfter is { } delay ? string.Create(CultureInfo.InvariantCulture, $"{text} Try again in {Math.Ceiling(delay.TotalSeconds)} s.") : text;
    }
}
