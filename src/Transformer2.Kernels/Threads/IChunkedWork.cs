namespace Transformer2.Kernels.Threads;

/// <summary>Work cut into chunks that may run in any order, on any thread, at the same time.</summary>
public interface IChunkedWork
{
    /// <summary>Does one chunk.</summary>
    /// <param name="chunk">Which, from 0.</param>
    /// <param name="thread">The thread that does it, from 0 and below <see cref="WorkerPool.Threads"/>: whose scratch memory to use.</param>
    void Run(int chunk, int thread);
}
