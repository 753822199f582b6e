namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>How a <see cref="LinuxSandbox"/> is made.</summary>
public sealed record LinuxSandboxOptions
{
    /// <summary>The interpreter: a path, or a name that is looked for in PATH.</summary>
    public string Python { get; init; } = "python3";

    /// <summary>Most programs at a time, at least 1; further ones wait.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>What a program may take to begin, in seconds: processes, mounts, the interpreter.</summary>
    public int StartSeconds { get; init; } = 30;

    /// <summary>Makes the sandbox as a user without privileges even where this process is root's. For tests.</summary>
    internal bool WithoutPrivileges { get; init; }
}
