using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Data;
using static TorchSharp.torch;

namespace Transformer2.Training.Evaluation;

/// <summary>
/// Grades greedy answers by exact match without generating them: a model's greedy answer equals the expected one if and only if every
/// token of the expected answer, its end included, is the most probable one after the tokens before it. One forward pass grades a batch.
/// </summary>
public static class Grader
{
    private const int Rows = 32;
    private const int RowLength = 128;

    /// <returns>Per example, in order: whether the greedy answer is exactly the example's.</returns>
    public static bool[] Grade(Decoder model, IReadOnlyList<EncodedExample> examples, RowExperts? experts = null, CancellationToken cancellationToken = default)
    {
        using var guard = no_grad();
        var results = new List<bool>(examples.Count);
        var queue = new Queue<EncodedExample>(examples);
        while (queue.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            // Few examples do not fill all rows, and empty ones cost as much as full ones.
            using var batch = PackedBatch.Pack(queue, Math.Min(Rows, PackedBatch.RowsFor([.. queue], RowLength)), RowLength, promptWeight: 0);
            var greedy = model.Logits(model.Forward(batch.Ids.to(model.Device), experts, batch.Mask.to(model.DType, model.Device))).argmax(-1).cpu().data<long>().ToArray(); // [rows * length]
            results.AddRange(batch.Placements.Select(placement => IsGreedy(placement, greedy)));
        }

        return [.. results];
    }

    private static bool IsGreedy(PackedBatch.Placement placement, long[] greedy)
    {
        var first = (placement.Row * RowLength) + placement.Start;
        for (var i = placement.Example.AnswerStart; i < placement.Example.Ids.Length; i++)
        {
            if (greedy[first + i - 1] != placement.Example.Ids[i]) return false;
        }

        return true;
    }
}
