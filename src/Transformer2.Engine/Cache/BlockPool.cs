namespace Transformer2.Engine;

/// <summary>
/// Who uses which block of the KV cache (PagedAttention, arXiv 2309.06180). A full block whose content is known by a key stays findable
/// after its last user has gone, until its place is needed: the least recently used goes first. Used by the model thread only.
/// </summary>
internal sealed class BlockPool
{
    private readonly Action<int> _clear;
    private readonly int[] _users;
    private readonly UInt128?[] _keys;
    private readonly Stack<int> _free;
    private readonly Dictionary<UInt128, int> _byKey = [];
    private readonly LinkedList<int> _unused = new(); // findable and without a user; least recently used first
    private readonly LinkedListNode<int>[] _nodes;

    /// <param name="blocks">Blocks to hand out, numbered from 1; block 0 is never handed out.</param>
    /// <param name="clear">Makes a block's content unreadable; called before a block becomes free.</param>
    public BlockPool(int blocks, Action<int> clear)
    {
        Count = blocks;
        _clear = clear;
        _users = new int[blocks + 1];
        _keys = new UInt128?[blocks + 1];
        _nodes = [.. Enumerable.Range(0, blocks + 1).Select(block => new LinkedListNode<int>(block))];
        _free = new Stack<int>(Enumerable.Range(1, blocks).Reverse());
    }

    /// <summary>Blocks in all.</summary>
    public int Count { get; }

    /// <summary>Blocks that can be taken: free ones and those that are kept only because they may be found.</summary>
    public int Available => _free.Count + _unused.Count;

    /// <summary>Blocks kept without a user.</summary>
    public int Kept => _unused.Count;

    /// <summary>Takes an empty block.</summary>
    /// <exception cref="InvalidOperationException">None is available.</exception>
    public int Take()
    {
        if (!_free.TryPop(out var block))
        {
            block = _unused.First?.Value ?? throw new InvalidOperationException("No block of the KV cache is available.");
            _clear(block);
            Forget(block);
        }

        _users[block] = 1;
        return block;
    }

    /// <summary>Takes part in a block with a known content.</summary>
    public bool TryShare(UInt128 key, out int block)
    {
        if (!_byKey.TryGetValue(key, out block)) return false;
        if (_users[block]++ == 0) _unused.Remove(_nodes[block]);
        return true;
    }

    /// <summary>Makes a block in use findable. Another block with this content stays the one that is found.</summary>
    public void Publish(int block, UInt128 key)
    {
        if (_keys[block] is null && _byKey.TryAdd(key, block)) _keys[block] = key;
    }

    /// <summary>A user is done with a block.</summary>
    public void Release(int block)
    {
        if (--_users[block] > 0) return;
        if (_keys[block] is not null)
        {
            _unused.AddLast(_nodes[block]);
            return;
        }

        _clear(block);
        _free.Push(block);
    }

    private void Forget(int block)
    {
        _unused.Remove(_nodes[block]);
        _byKey.Remove(_keys[block]!.Value);
        _keys[block] = null;
    }
}
