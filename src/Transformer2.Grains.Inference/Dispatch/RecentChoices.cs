namespace Transformer2.Grains.Inference;

/// <summary>The categories that a policy chose lately. For any thread.</summary>
public sealed class RecentChoices
{
    private const int Most = 15;

    private readonly Lock _gate = new();
    private readonly Queue<string> _categories = new(Most);

    /// <summary>The most frequent one; null when there is none yet.</summary>
    public string? MostFrequent
    {
        get
        {
            lock (_gate)
                return _categories.Count == 0 ? null : _categories.CountBy(category => category).MaxBy(entry => entry.Value).Key;
        }
    }

    /// <summary>Adds a choice.</summary>
    public void Add(string category)
    {
        lock (_gate)
        {
            if (_categories.Count == Most)
                _categories.Dequeue();
            _categories.Enqueue(category);
        }
    }
}
