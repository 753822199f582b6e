using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Sparse;

namespace Transformer2.Engine;

/// <summary>One projection of a step's rows.</summary>
/// <param name="Projection">Which, by its place among all.</param>
/// <param name="Output">Where the first row goes; rows follow each other without gaps.</param>
internal readonly unsafe struct Target(int projection, float* output)
{
    public int Projection { get; } = projection;

    public float* Output { get; } = output;
}

/// <summary>
/// Projects the rows of a step: neighbouring rows whose experts leave a matrix, or change few of its directions, take the dense product, and each of
/// them its own directions on top; those of one merged copy take the dense product with that; the others take the two products of its factors, each row scaled
/// in between by its own expert.
/// </summary>
internal sealed unsafe class ProjectionJobs(SimdProjections projections, Products products, SparseProducts sparse)
{
    private readonly Product[] _job = new Product[3];
    private SparseRow[] _directions = [];

    /// <summary>Projects all rows by matrices that share their input.</summary>
    /// <param name="rows">The step's rows.</param>
    /// <param name="input">[rows, in]</param>
    /// <param name="targets">One to three matrices.</param>
    /// <param name="accumulate">Adds to what the outputs hold.</param>
    public void Project(StepRows rows, float* input, ReadOnlySpan<Target> targets, bool accumulate = false)
    {
        for (int piece = 0, next; piece < rows.Pieces.Count; piece = next)
        {
            // As far as neighbours treat all these matrices alike.
            next = piece + 1;
            while (next < rows.Pieces.Count && TreatAlike(rows.Pieces[piece].Expert, rows.Pieces[next].Expert, targets)) next++;
            var first = rows.Pieces[piece].FirstRow;
            var count = rows.Pieces[next - 1].LastRow + 1 - first;
            Dense(rows.Pieces[piece].Expert, input, first, count, targets, accumulate);
            Factored(rows, rows.Pieces[piece].Expert, input, first, count, targets, accumulate);
            foreach (var target in targets) AddDirections(rows, target, input, piece, next);
        }

        foreach (var target in targets) AddBias(target, rows.Count);
    }

    private static bool TreatAlike(SimdExpert? one, SimdExpert? other, ReadOnlySpan<Target> targets)
    {
        if (one == other) return true;
        foreach (var target in targets)
        {
            if (IsFactored(one, target) != IsFactored(other, target) || IsMerged(one, target) || IsMerged(other, target)) return false;
        }

        return true;
    }

    private static bool IsFactored(SimdExpert? expert, Target target) => expert?.FormOf(target.Projection) is ExpertForm.Factored;

    private static bool IsMerged(SimdExpert? expert, Target target) => expert?.FormOf(target.Projection) is ExpertForm.Merged;

    private static bool IsDelta(SimdExpert? expert, Target target) => expert?.FormOf(target.Projection) is ExpertForm.Delta;

    private void Dense(SimdExpert? expert, float* input, int first, int count, ReadOnlySpan<Target> targets, bool accumulate)
    {
        var jobs = 0;
        foreach (var target in targets)
        {
            if (IsFactored(expert, target)) continue;
            // Nobody but rows of one expert is treated like rows with a merged copy.
            var weights = IsMerged(expert, target) ? expert!.Merged(target.Projection) : projections.All[target.Projection].Weights;
            _job[jobs++] = new Product
            {
                Weights = weights,
                Input = input + ((long)first * weights.Inputs),
                InputStride = weights.Inputs,
                Output = target.Output + ((long)first * weights.Outputs),
                OutputStride = weights.Outputs,
                Accumulate = accumulate,
            };
        }

        if (jobs > 0) products.Run(_job.AsSpan(0, jobs), count);
    }

    private void Factored(StepRows rows, SimdExpert? expert, float* input, int first, int count, ReadOnlySpan<Target> targets, bool accumulate)
    {
        var jobs = 0;
        var middle = rows.Middle;
        foreach (var target in targets)
        {
            if (!IsFactored(expert, target)) continue;
            var factors = projections.All[target.Projection].Factors!;
            var multipliers = rows.Multipliers + (jobs * rows.Count);
            for (var row = first; row < first + count; row++) multipliers[row - first] = rows.Pieces[rows.PieceOf[row]].Expert!.Multipliers(target.Projection);
            _job[jobs++] = new Product
            {
                Weights = factors.Vh,
                Input = input + ((long)first * factors.Vh.Inputs),
                InputStride = factors.Vh.Inputs,
                Output = middle,
                OutputStride = factors.Rank,
                Multipliers = multipliers,
            };
            middle += (long)count * factors.Rank;
        }

        if (jobs == 0) return;
        products.Run(_job.AsSpan(0, jobs), count);
        jobs = 0;
        middle = rows.Middle;
        foreach (var target in targets)
        {
            if (!IsFactored(expert, target)) continue;
            var factors = projections.All[target.Projection].Factors!;
            _job[jobs++] = new Product
            {
                Weights = factors.U,
                Input = middle,
                InputStride = factors.Rank,
                Output = target.Output + ((long)first * factors.U.Outputs),
                OutputStride = factors.U.Outputs,
                Accumulate = accumulate,
            };
            middle += (long)count * factors.Rank;
        }

        products.Run(_job.AsSpan(0, jobs), count);
    }

    private void AddDirections(StepRows rows, Target target, float* input, int firstPiece, int endPiece)
    {
        var any = false;
        for (var piece = firstPiece; piece < endPiece && !any; piece++) any = IsDelta(rows.Pieces[piece].Expert, target);
        if (!any) return;

        var first = rows.Pieces[firstPiece].FirstRow;
        var count = rows.Pieces[endPiece - 1].LastRow + 1 - first;
        if (_directions.Length < count) _directions = new SparseRow[count];
        for (var piece = firstPiece; piece < endPiece; piece++)
        {
            var (expert, at) = (rows.Pieces[piece].Expert, rows.Pieces[piece].FirstRow - first);
            _directions.AsSpan(at, rows.Pieces[piece].Count).Fill(IsDelta(expert, target) ? expert!.Directions(target.Projection) : default);
        }

        var factors = projections.All[target.Projection].Factors!;
        int inputs = factors.Vh.Inputs, outputs = factors.U.Outputs;
        sparse.Add(
            factors.Vh, factors.Directions!.Value, input + ((long)first * inputs), inputs, target.Output + ((long)first * outputs), outputs,
            _directions.AsSpan(0, count));
    }

    private void AddBias(Target target, int rows)
    {
        if (projections.All[target.Projection].Bias is not { } bias) return;
        for (var row = 0; row < rows; row++)
        {
            var output = new Span<float>(target.Output + ((long)row * bias.Length), bias.Length);
            System.Numerics.Tensors.TensorPrimitives.Add(output, bias.Span, output);
        }
    }
}
