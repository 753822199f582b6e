namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>What a program may use.</summary>
public sealed record SandboxLimits
{
    /// <summary>What applies where nothing else is said.</summary>
    public static SandboxLimits Default { get; } = new();

    /// <summary>Processor time of each of its processes, whole seconds, 1 to 600.</summary>
    public int CpuSeconds { get; init; } = 5;

    /// <summary>Time from its first instruction to its end, whole seconds, 1 to 3600. More than processor time, so that a busy machine does not decide what is right.</summary>
    public int WallSeconds { get; init; } = 20;

    /// <summary>Address space of each of its processes in bytes, 64 MiB to 64 GiB.</summary>
    public long MemoryBytes { get; init; } = 512L << 20;

    /// <summary>Processes and threads at a time, 1 to 256. Together they have at most this times <see cref="MemoryBytes"/>.</summary>
    public int Processes { get; init; } = 4;

    /// <summary>Size of each file in bytes, 0 to 1 GiB.</summary>
    public long FileBytes { get; init; } = 8L << 20;

    /// <summary>Size of its working directory, which is memory, in bytes, 64 KiB to 1 GiB.</summary>
    public long DirectoryBytes { get; init; } = 16L << 20;

    /// <summary>Size of its standard output, and of its standard error, in bytes, 0 to 64 MiB.</summary>
    public int OutputBytes { get; init; } = 64 << 10;

    /// <summary>Refuses limits that are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Check()
    {
        Require(nameof(CpuSeconds), CpuSeconds, 1, 600);
        Require(nameof(WallSeconds), WallSeconds, 1, 3600);
        Require(nameof(MemoryBytes), MemoryBytes, 64L << 20, 64L << 30);
        Require(nameof(Processes), Processes, 1, 256);
        Require(nameof(FileBytes), FileBytes, 0, 1L << 30);
        Require(nameof(DirectoryBytes), DirectoryBytes, 64L << 10, 1L << 30);
        Require(nameof(OutputBytes), OutputBytes, 0, 64L << 20);
    }

    private static void Require(string name, long value, long least, long most)
    {
        if (value < least || value > most) throw new ArgumentOutOfRangeException(name, value, $"{name} is {least} to {most}.");
    }
}
