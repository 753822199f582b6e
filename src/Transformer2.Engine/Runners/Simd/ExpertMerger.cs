using System.Diagnostics;
using System.Runtime.CompilerServices;
using Transformer2.Kernels;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Weights;

namespace Transformer2.Engine;

/// <summary>
/// Makes merged copies, as W' = W + U diag(sigma (z - 1)) V^T: the same as U diag(sigma z) V^T, but what the decomposition lost to rounding is added for the
/// change only. Computes on the calling thread alone and rests most of the time, so that whoever decodes meanwhile keeps the machine. The same expert gives
/// the same bits each time. Serves one caller at a time.
/// </summary>
/// <param name="projections">All matrices of the model.</param>
/// <param name="planner">Chooses the forms.</param>
/// <param name="kernels">What computes.</param>
/// <param name="allocate">Where memory comes from; null is the system.</param>
internal sealed unsafe class ExpertMerger(SimdProjections projections, FormPlanner planner, KernelSet kernels, Func<long, ExpertMemory>? allocate = null)
{
    private const int Columns = 96; // at once; a multiple of every tile's height
    private const double SliceMultiplications = 5e7; // about a millisecond
    private const int RestsPerWork = 3;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(2);

    /// <summary>Makes a copy of an expert's factored matrices.</summary>
    /// <param name="expert">The expert; its memory may be gone.</param>
    /// <param name="cancellation">Ends the work with an exception.</param>
    /// <exception cref="ArgumentException">A weight that is to be rounded to int8 is not finite.</exception>
    public SimdExpert Merge(SimdExpert expert, CancellationToken cancellation)
    {
        int[] factored = [.. Enumerable.Range(0, projections.All.Count).Where(place => expert.FormOf(place) is ExpertForm.Factored)];
        var merged = new MergedWeights(projections, factored, allocate);
        try
        {
            using (var work = new Work(kernels, [.. factored.Select(place => projections.All[place])], allocate ?? (bytes => new ExpertMemory(bytes)), cancellation))
            {
                foreach (var place in factored)
                {
                    var projection = projections.All[place];
                    work.Merge(projection.Factors!, expert.Vector.Multipliers[projection.Name].Span, merged[place]);
                }
            }

            return new SimdExpert(expert.Vector, projections, planner, merged, allocate) { Heat = expert.Heat };
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    // Memory for one copy: what is in it was made of the expert, so it is cleared and not kept.
    private sealed class Work : IDisposable
    {
        private readonly WorkerPool _alone = new(threads: 1);
        private readonly Products _products;
        private readonly ExpertMemory _scaled; // [Columns, rank]: columns of V^T, times sigma (z - 1)
        private readonly ExpertMemory _sums; // [Columns, out]
        private readonly ExpertMemory? _exact; // [out, in], before it is rounded to int8
        private readonly CancellationToken _cancellation;
        private long _since = Stopwatch.GetTimestamp();

        public Work(KernelSet kernels, SimdProjection[] all, Func<long, ExpertMemory> allocate, CancellationToken cancellation)
        {
            _cancellation = cancellation;
            _products = new Products(kernels, _alone);
            _scaled = allocate((long)Columns * all.Max(one => one.Factors!.Rank) * sizeof(float));
            _sums = allocate((long)Columns * all.Max(one => one.Weights.Outputs) * sizeof(float));
            if (all.Any(one => one.Weights.Type == WeightType.Int8))
                _exact = allocate(all.Max(one => (long)one.Weights.Outputs * one.Weights.Inputs) * sizeof(float));
        }

        public void Merge(SimdFactors factors, ReadOnlySpan<float> z, in WeightMatrix target)
        {
            var (weights, u, vh) = factors.Exact;
            var exact = _exact is null ? target : new WeightMatrix(_exact.Start, WeightType.F32, target.Outputs, target.Inputs);
            var step = (int)Math.Clamp(SliceMultiplications / Columns / factors.Rank, 1, target.Outputs);
            for (var column = 0; column < target.Inputs; column += Columns)
            {
                var columns = Math.Min(Columns, target.Inputs - column);
                Scale(vh, factors.Sigma.Span, z, column, columns);
                for (var output = 0; output < target.Outputs; output += step)
                {
                    var outputs = Math.Min(step, target.Outputs - output);
                    Load(weights, output, outputs, column, columns);
                    _products.Run(
                        new Product
                        {
                            Weights = new WeightMatrix((byte*)u.Data + (output * u.RowBytes), u.Type, outputs, u.Inputs),
                            Input = (float*)_scaled.Start,
                            InputStride = factors.Rank,
                            Output = (float*)_sums.Start,
                            OutputStride = outputs,
                            Accumulate = true,
                        },
                        columns);
                    Store(exact, output, outputs, column, columns);
                    Rest();
                }
            }

            if (_exact is not null) QuantizedWeights.Round(exact, target);
            Rest();
        }

        public void Dispose()
        {
            _products.Dispose();
            _alone.Dispose();
            _scaled.Dispose();
            _sums.Dispose();
            _exact?.Dispose();
        }

        private void Rest()
        {
            _cancellation.ThrowIfCancellationRequested();
            var worked = Stopwatch.GetElapsedTime(_since);
            if (worked < Slice) return;
            _cancellation.WaitHandle.WaitOne(worked * RestsPerWork);
            _since = Stopwatch.GetTimestamp();
        }

        private void Scale(in WeightMatrix vh, ReadOnlySpan<float> sigma, ReadOnlySpan<float> z, int column, int columns)
        {
            var scaled = (float*)_scaled.Start;
            for (var direction = 0; direction < z.Length; direction++)
            {
                var factor = sigma[direction] * (z[direction] - 1);
                for (var i = 0; i < columns; i++) scaled[((long)i * z.Length) + direction] = factor * Weight(vh, direction, column + i);
            }
        }

        // Transposed: a product's rows are columns here.
        private void Load(in WeightMatrix from, int output, int outputs, int column, int columns)
        {
            var sums = (float*)_sums.Start;
            for (var o = 0; o < outputs; o++)
            {
                for (var i = 0; i < columns; i++) sums[((long)i * outputs) + o] = Weight(from, output + o, column + i);
            }
        }

        private void Store(in WeightMatrix to, int output, int outputs, int column, int columns)
        {
            var sums = (float*)_sums.Start;
            for (var o = 0; o < outputs; o++)
            {
                var row = (byte*)to.Data + ((output + o) * to.RowBytes);
                for (var i = 0; i < columns; i++)
                {
                    var value = sums[((long)i * outputs) + o];
                    if (to.Type == WeightType.F32) ((float*)row)[column + i] = value;
                    else ((ushort*)row)[column + i] = ToBFloat16(value);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static float Weight(in WeightMatrix matrix, long output, int input)
        {
            var row = (byte*)matrix.Data + (output * matrix.RowBytes);
            return matrix.Type == WeightType.F32 ? ((float*)row)[input] : BitConverter.UInt32BitsToSingle((uint)((ushort*)row)[input] << 16);
        }

        // To the nearest, of two equally near ones the even. Too large becomes infinite; what is not a number stays so or becomes infinite.
        private static ushort ToBFloat16(float value)
        {
            var bits = BitConverter.SingleToUInt32Bits(value);
            return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
        }
    }
}
