namespace Transformer2.Cli;

/// <summary>A number of training steps.</summary>
internal static class Steps
{
    private const int Most = 10_000_000;

    /// <exception cref="UsageException">Not a number of steps that anyone can want.</exception>
    public static int? Checked(int? steps) => steps is null or (> 0 and <= Most)
        ? steps
        : throw new UsageException($"--steps must be between 1 and {Most}.");
}
