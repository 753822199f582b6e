namespace Transformer2.Grains;

/// <summary>A grain whose state is one immutable value, replaced as a whole.</summary>
/// <typeparam name="TState">The state; a new instance of it means that nothing is stored.</typeparam>
public abstract class StatefulGrain<TState>(IPersistentState<TState> storage) : Grain where TState : new()
{
    /// <summary>The state as it is stored.</summary>
    protected TState State => storage.State;

    /// <summary>
    /// Stores a new state. On failure the grain forgets what it knows, because nobody can tell whether the write took place.
    /// </summary>
    protected async Task Commit(TState next)
    {
        var previous = storage.State;
        storage.State = next;
        try
        {
            await storage.WriteStateAsync();
        }
        catch
        {
            storage.State = previous;
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Removes what is stored.</summary>
    protected async Task Clear()
    {
        try
        {
            await storage.ClearStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }
}
