using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Transformer2.Engine;

/// <summary>A generation that goes on whether anybody reads it or not, until it is disposed.</summary>
/// <param name="request">What it generates.</param>
/// <param name="events">What happens.</param>
/// <param name="cancellation">Ends it.</param>
public sealed class BegunGeneration(GenerationRequest request, ChannelReader<GenerationEvent> events, CancellationTokenSource cancellation) : IAsyncDisposable
{
    private bool _disposed;

    /// <summary>What it generates.</summary>
    public GenerationRequest Request => request;

    /// <summary>Its events from the first one on, as of <see cref="IInferenceEngine.GenerateAsync"/>. To be read once.</summary>
    /// <exception cref="EngineException">The request cannot be served.</exception>
    public async IAsyncEnumerable<GenerationEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            await foreach (var generated in events.ReadAllAsync(cancellationToken))
            {
                yield return generated;
                if (generated is GenerationCompleted) yield break;
            }

            // Only a cancelled answer ends without completion; the model thread may have seen that before the reader did.
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>Frees the rows in the batch within one step, unless it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await cancellation.CancelAsync();
        cancellation.Dispose();
    }
}
