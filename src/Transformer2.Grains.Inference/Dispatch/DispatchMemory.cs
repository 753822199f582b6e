using Microsoft.Extensions.Options;

namespace Transformer2.Grains.Inference;

/// <summary>
/// The decisions and calibrations that this node made lately. Keys hold the tenant and all that a decision depends on, so nothing here is ever wrong, or
/// another tenant's; the least recently used is forgotten first.
/// </summary>
public sealed class DispatchMemory(IOptions<InferenceNodeOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, object Value)>> _entries = [];
    private readonly LinkedList<(string Key, object Value)> _byUse = [];

    /// <summary>
    /// The decision for a prompt, or for the longest beginning of its conversation that an expert of a category's answers: a fall-back does not bind the
    /// turns after it.
    /// </summary>
    /// <param name="keys">As of <see cref="MemoryKey"/>, the prompt's own one last.</param>
    public Decision? Find(IReadOnlyList<string> keys)
    {
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            if (Get<Decision>(keys[i]) is { } decision && (i == keys.Count - 1 || decision.Target is not null))
            {
                if (i < keys.Count - 1)
                    Remember(keys[^1], decision);
                return decision;
            }
        }

        return null;
    }

    /// <summary>Keeps a decision.</summary>
    public void Remember(string key, Decision decision) => Set(key, decision);

    /// <summary>The labels' log-probabilities after the prompts of a calibration, made when they are needed first.</summary>
    public async Task<double[][]> Calibration(string key, Func<Task<double[][]>> make)
    {
        if (Get<double[][]>(key) is { } known)
            return known;
        var made = await make();
        Set(key, made);
        return made;
    }

    /// <summary>What a policy chose lately.</summary>
    /// <param name="key">The policy, as of <see cref="MemoryKey"/>.</param>
    public RecentChoices Recent(string key)
    {
        key = $"recent:{key}";
        if (Get<RecentChoices>(key) is { } known)
            return known;
        var made = new RecentChoices();
        Set(key, made);
        return made;
    }

    private T? Get<T>(string key) where T : class
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Value as T;
        }
    }

    private void Set(string key, object value)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out var old))
                _byUse.Remove(old);
            _entries[key] = _byUse.AddFirst((key, value));
            while (_entries.Count > options.Value.DispatchMemoryEntries)
            {
                _entries.Remove(_byUse.Last!.Value.Key);
                _byUse.RemoveLast();
            }
        }
    }
}
