using Grpc.Core;

namespace Transformer2.Cli;

/// <summary>The exit codes of <c>t2</c>.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Unexpected = 1;
    public const int Usage = 2;
    public const int InvalidInput = 3;
    public const int NotFound = 4;
    public const int Denied = 5;
    public const int Unavailable = 6;
    public const int Exhausted = 7;
    public const int Cancelled = 130;

    /// <summary>The codes as the help shows them; docs/cli.md has the same.</summary>
    public const string Table =
        """
        Exit codes:
          0    success
          1    unexpected error
          2    wrong usage
          3    invalid or conflicting input: a value, a prompt, a file
          4    not found: an expert, a tenant, a key, a file
          5    key missing, invalid, or without the right to do this
          6    server unavailable, or busy with a conflicting change: try again
          7    a limit is reached: size, quota, load
          130  cancelled

        """;

    /// <summary>The exit code for a status of the server.</summary>
    public static int Of(StatusCode status) => status switch
    {
        StatusCode.OK => Success,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.OutOfRange => InvalidInput,
        StatusCode.NotFound => NotFound,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => Denied,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted => Unavailable,
        StatusCode.ResourceExhausted => Exhausted,
        StatusCode.Cancelled => Cancelled,
        _ => Unexpected,
    };
}
