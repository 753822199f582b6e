using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Training.Data;

/// <summary>
/// Rows packed with whole examples, which cannot see each other: attention is causal inside an example and nothing else. Rotary
/// positions are relative, so an example computes the same wherever it stands in its row.
/// </summary>
public sealed class PackedBatch : IDisposable
{
    private PackedBatch(Tensor ids, Tensor mask, Tensor targets, Tensor weights, IReadOnlyList<Placement> placements)
    {
        Ids = ids;
        Mask = mask;
        Targets = targets;
        Weights = weights;
        Placements = placements;
    }

    /// <summary>Int64 [rows, length]</summary>
    public Tensor Ids { get; }

    /// <summary>[rows, 1, length, length]: 0 or minus infinity.</summary>
    public Tensor Mask { get; }

    /// <summary>Int64 [rows, length]: the next token.</summary>
    public Tensor Targets { get; }

    /// <summary>[rows, length]: weight of each position's loss, 0 where there is no next token.</summary>
    public Tensor Weights { get; }

    /// <summary>Where each example stands, in the order given.</summary>
    public IReadOnlyList<Placement> Placements { get; }

    /// <summary>Tokens of all examples.</summary>
    public int Tokens => Placements.Sum(placement => placement.Example.Ids.Length);

    /// <summary>Packs as many examples as fit into the rows, in order, and takes them off the queue.</summary>
    /// <param name="examples">The examples; those that do not fit stay.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="length">Tokens per row.</param>
    /// <param name="promptWeight">Weight of the loss on the prompt's tokens; the answer's is 1.</param>
    /// <exception cref="ArgumentException">An example is longer than a row.</exception>
    public static PackedBatch Pack(Queue<EncodedExample> examples, int rows, int length, double promptWeight)
    {
        var builder = new Builder(rows, length, (float)promptWeight);
        while (examples.TryPeek(out var example) && builder.TryAdd(example)) examples.Dequeue();
        return builder.Build();
    }

    /// <summary>Packs groups of examples, each into rows of its own: first the rows of the first group, then those of the next.</summary>
    /// <param name="groups">The examples; none of the groups is empty.</param>
    /// <param name="length">Tokens per row.</param>
    /// <param name="promptWeight">Weight of the loss on the prompt's tokens; the answer's is 1.</param>
    /// <returns>The batch, and how many rows each group has.</returns>
    /// <exception cref="ArgumentException">An example is longer than a row.</exception>
    public static (PackedBatch Batch, int[] Rows) Pack(IReadOnlyList<IReadOnlyList<EncodedExample>> groups, int length, double promptWeight = 0)
    {
        int[] rows = [.. groups.Select(group => RowsFor(group, length))];
        var builder = new Builder(rows.Sum(), length, (float)promptWeight);
        foreach (var group in groups)
        {
            foreach (var example in group) builder.TryAdd(example);
            builder.EndRow();
        }

        return (builder.Build(), rows);
    }

    /// <summary>How many rows examples take.</summary>
    internal static int RowsFor(IReadOnlyList<EncodedExample> examples, int length)
    {
        var (rows, column) = (1, 0);
        foreach (var example in examples)
        {
            if (column + example.Ids.Length > length) (rows, column) = (rows + 1, 0);
            column += example.Ids.Length;
        }

        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Mask.Dispose();
        Targets.Dispose();
        Weights.Dispose();
    }

    /// <summary>Where an example stands in the batch.</summary>
    /// <param name="Row">Its row.</param>
    /// <param name="Start">Index of its first token.</param>
    /// <param name="Example">The example.</param>
    public sealed record Placement(int Row, int Start, EncodedExample Example);

    private sealed class Builder(int rows, int length, float promptWeight)
    {
        private readonly long[] _ids = new long[rows * length];
        private readonly long[] _segments = new long[rows * length]; // 0 is padding
        private readonly long[] _targets = new long[rows * length];
        private readonly float[] _weights = new float[rows * length];
        private readonly List<Placement> _placements = [];
        private int _row;
        private int _column;

        public bool TryAdd(EncodedExample example)
        {
            if (example.Ids.Length > length) throw new ArgumentException($"An example has {example.Ids.Length} tokens; a row holds {length}.");
            if (_column + example.Ids.Length > length) (_row, _column) = (_row + 1, 0);
            if (_row == rows) return false;

            var at = (_row * length) + _column;
            _placements.Add(new Placement(_row, _column, example));
            for (var i = 0; i < example.Ids.Length; i++)
            {
                _ids[at + i] = example.Ids[i];
                _segments[at + i] = _placements.Count;
                if (i + 1 == example.Ids.Length) continue;
                _targets[at + i] = example.Ids[i + 1];
                _weights[at + i] = i + 1 >= example.AnswerStart ? 1 : promptWeight;
            }

            _column += example.Ids.Length;
            return true;
        }

        public void EndRow()
        {
            if (_column > 0) (_row, _column) = (_row + 1, 0);
        }

        public PackedBatch Build()
        {
            using var scope = NewDisposeScope();
            var mask = SegmentMask.Of(tensor(_segments, [rows, length]));
            return new PackedBatch(
                tensor(_ids, [rows, length]).DetachFromDisposeScope(),
                mask.DetachFromDisposeScope(),
                tensor(_targets, [rows, length]).DetachFromDisposeScope(),
                tensor(_weights, [rows, length]).DetachFromDisposeScope(),
                _placements);
        }
    }
}
