namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>Runs Python that nobody has read. Does not change and may be used by many threads.</summary>
public interface ISandbox
{
    /// <summary>Runs a program to its end, or to the first of its limits. What the program does is no error.</summary>
    /// <param name="program">Python source text.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="cancellationToken">Ends it, with all processes that it started.</param>
    /// <exception cref="SandboxException">It did not run, because isolation cannot be had here.</exception>
    Task<SandboxResult> Run(string program, ReadOnlyMemory<byte> input, SandboxLimits limits, CancellationToken cancellationToken);
}

/// <summary>How a program ended.</summary>
public enum SandboxOutcome
{
    /// <summary>By itself, or by a signal: a limit of processor time or memory, for example.</summary>
    Exited,

    /// <summary>Stopped at the limit of wall-clock time.</summary>
    OutOfTime,

    /// <summary>Stopped because it wrote more than it may.</summary>
    TooMuchOutput,
}

/// <summary>What a program left.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">Its exit status; 128 and the signal's number when a signal ended it. Says nothing of a program that was stopped.</param>
/// <param name="Output">What it wrote to its standard output, at most <see cref="SandboxLimits.OutputBytes"/> bytes; what is not UTF-8 is replaced.</param>
/// <param name="Error">Likewise its standard error.</param>
/// <param name="Elapsed">Wall-clock time from its first instruction.</param>
public sealed record SandboxResult(SandboxOutcome Outcome, int ExitCode, string Output, string Error, TimeSpan Elapsed);

/// <summary>A program could not be run in isolation, and so was not run.</summary>
/// <param name="reason">A stable code from <see cref="SandboxReason"/>.</param>
/// <param name="message">What is missing, for people.</param>
/// <param name="inner">What went wrong.</param>
public sealed class SandboxException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A stable code from <see cref="SandboxReason"/>.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The reasons of <see cref="SandboxException"/>.</summary>
public static class SandboxReason
{
    /// <summary>Not Linux.</summary>
    public const string WrongSystem = "SANDBOX_WRONG_SYSTEM";

    /// <summary>A tool of util-linux or coreutils is not installed.</summary>
    public const string ToolMissing = "SANDBOX_TOOL_MISSING";

    /// <summary>There is no usable Python 3.</summary>
    public const string NoPython = "SANDBOX_NO_PYTHON";

    /// <summary>The kernel, or the container that this process is in, does not allow the namespaces; or they do not isolate.</summary>
    public const string NoIsolation = "SANDBOX_NO_ISOLATION";

    /// <summary>It works here, but this run did not begin.</summary>
    public const string NotStarted = "SANDBOX_NOT_STARTED";
}
