using System.Text;

namespace Transformer2.Tokenization.Tests.Normalization;

/// <summary>Compiles rules into SentencePiece's <c>precompiled_charsmap</c>.</summary>
internal static class CharsmapBytes
{
    public static byte[] Of(params (string Key, string Replacement)[] rules)
    {
        var replacements = new List<byte>();
        var root = new Node();
        foreach (var (key, replacement) in rules)
        {
            var node = root;
            foreach (var label in Encoding.UTF8.GetBytes(key))
                node = node.Children.TryGetValue(label, out var child) ? child : node.Children[label] = new Node();
            node.Value = replacements.Count;
            replacements.AddRange([.. Encoding.UTF8.GetBytes(replacement), 0]);
        }
        var units = new List<uint> { 0 };
        Place(root, at: 0, label: 0, units, [0], []);
        return [.. BitConverter.GetBytes(units.Count * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), .. replacements];
    }

    /// <summary>Gives a node's unit the offset to a block where the units of its children, and of its value at label 0, are free.</summary>
    private static void Place(Node node, int at, byte label, List<uint> units, HashSet<int> taken, HashSet<int> blocks)
    {
        List<int> labels = [.. node.Children.Keys.Select(child => (int)child), .. node.Value is null ? (int[])[] : [0]];
        var block = 1;
        // A unit knows its label only: two nodes with the same block would have each other's children.
        while (!blocks.Add(block) || labels.Any(child => taken.Contains(block ^ child)))
            block++;
        taken.UnionWith(labels.Select(child => block ^ child));
        while (units.Count <= (block | 0xFF))
            units.Add(0);
        units[at] = ((uint)(at ^ block) << 10) | (node.Value is null ? 0u : 1 << 8) | label;
        if (node.Value is { } value)
            units[block] = (1u << 31) | (uint)value;
        foreach (var (child, next) in node.Children)
            Place(next, block ^ child, child, units, taken, blocks);
    }

    private sealed class Node
    {
        public SortedDictionary<byte, Node> Children { get; } = [];

        public int? Value { get; set; }
    }
}
