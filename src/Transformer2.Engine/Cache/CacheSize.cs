using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>How many blocks the KV cache of an engine has.</summary>
internal static class CacheSize
{
    /// <summary>The part of the machine's memory that keys and values may take unless an option says otherwise.</summary>
    private const double MemoryShare = 0.25;

    /// <summary>As many blocks as all rows need at full length, as far as the memory goes.</summary>
    /// <exception cref="InvalidOperationException">Not even one sequence of full length fits.</exception>
    public static int Blocks(ModelConfig config, EngineOptions options, int contextLength, int bytesPerNumber)
    {
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var memory = options.CacheMemory is { } mebibytes ? (long)mebibytes << 20 : (long)(machine * MemoryShare);
        var block = KeyValueCache.BlockSize(config, Scheduler.BlockTokens, bytesPerNumber);
        var perRow = Sequence.BlocksFor(contextLength);
        var blocks = Math.Min((long)perRow * options.MaxSequences, memory / block);
        if (blocks >= perRow && blocks * (double)block <= machine) return (int)Math.Min(blocks, int.MaxValue / 2);
        throw new InvalidOperationException(
            $"keys and values of a sequence of {contextLength} tokens take {perRow * (double)block / (1 << 20):F0} MiB and may take {Math.Min(memory, machine) >> 20}: "
            + $"raise {nameof(EngineOptions.CacheMemory)}, within what the machine has, or lower {nameof(EngineOptions.ContextLength)}.");
    }
}
