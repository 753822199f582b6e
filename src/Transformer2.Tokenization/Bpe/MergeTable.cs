namespace Transformer2.Tokenization;

/// <summary>Which two neighbouring tokens join, how early (lower rank first), and into which token.</summary>
internal sealed class MergeTable(int capacity)
{
    private readonly Dictionary<ulong, (int Rank, int Id)> merges = new(capacity);

    public void Add(int left, int right, int rank, int id) => merges[Key(left, right)] = (rank, id);

    public bool TryGet(int left, int right, out int rank, out int id)
    {
        var found = merges.TryGetValue(Key(left, right), out var merge);
        (rank, id) = merge;
        return found;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
