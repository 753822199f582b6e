using System.CommandLine;
using System.Diagnostics;
using Transformer2.Kernels;
using Transformer2.Kernels.Attention;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Weights;

namespace Transformer2.Benchmarks;

/// <summary><c>kernels</c>: matrix products by shape, weights and rows, against the bandwidth of memory; attention by context.</summary>
internal static unsafe class KernelsBenchmark
{
    // Enough copies of a matrix that none is in a cache when its turn comes.
    private const long Working = 640L << 20;

    // [outputs, inputs] of a 135M and a 0.5B model, and a square one of an 8B model.
    private static readonly (int Outputs, int Inputs)[] Shapes =
        [(1536, 576), (576, 1536), (49152, 576), (4864, 896), (896, 4864), (151936, 896), (4096, 4096)];

    public static Command Command()
    {
        var threads = new Option<int>("--threads") { Description = "Threads in all", DefaultValueFactory = _ => Environment.ProcessorCount };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; each measures everything once", DefaultValueFactory = _ => 7 };
        var rows = new Option<int[]>("--rows")
        {
            Description = "Rows of a product",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 8, 16, 64, 256],
        };
        var json = Report.JsonOption();
        var command = new Command("kernels", "Times the SIMD kernels: GB/s of weights at one row, GFLOP/s at more, and attention.") { threads, rounds, rows, json };
        command.SetAction(parsed =>
        {
            using var pool = new WorkerPool(parsed.GetValue(threads));
            var report = new Report("kernels", Origin.Of(parsed), parsed.GetValue(json));
            Products(pool, parsed.GetValue(rounds), parsed.GetValue(rows)!, report);
            Attention(pool, parsed.GetValue(rounds), report);
            report.Note($"{KernelSet.For().Instructions}, {pool.Threads} threads, medians of {parsed.GetValue(rounds)} rounds.");
            report.Finish();
        });
        return command;
    }

    private static void Products(WorkerPool pool, int rounds, int[] rowCounts, Report report)
    {
        using var products = new Products(KernelSet.For(), pool);
        using var memory = new RandomMemory(Working);
        using var scales = new RandomMemory(Shapes.Max(shape => shape.Outputs) * sizeof(float));
        using var x = new RandomMemory((long)rowCounts.Max() * Shapes.Max(shape => shape.Inputs) * sizeof(float));
        using var y = new RandomMemory((long)rowCounts.Max() * Shapes.Max(shape => shape.Outputs) * sizeof(float));
        foreach (var type in Enum.GetValues<WeightType>())
        {
            foreach (var (outputs, inputs) in Shapes)
            {
                var matrix = Matrix(memory, scales, type, outputs, inputs, 0);
                var bytes = matrix.RowBytes * outputs;
                var copies = (int)Math.Max(1, memory.Bytes / bytes);
                if (bytes > memory.Bytes)
                {
                    continue;
                }

                var times = rowCounts.Select(_ => new List<double>()).ToArray();
                var reading = new List<double>();
                for (var round = 0; round <= rounds; round++)
                {
                    reading.Add(memory.SecondsToRead(pool) / memory.Bytes);
                    for (var index = 0; index < rowCounts.Length; index++)
                    {
                        // About 2 GFLOP at a time, or all copies.
                        var uses = (int)Math.Clamp(2e9 / (2.0 * outputs * inputs * rowCounts[index]), 1, copies);
                        var start = Stopwatch.GetTimestamp();
                        for (var copy = 0; copy < uses; copy++)
                        {
                            products.Run(
                                new Product
                                {
                                    Weights = Matrix(memory, scales, type, outputs, inputs, copy),
                                    Input = x.Floats,
                                    InputStride = inputs,
                                    Output = y.Floats,
                                    OutputStride = outputs,
                                },
                                rowCounts[index]);
                        }

                        times[index].Add(Stopwatch.GetElapsedTime(start).TotalSeconds / uses);
                    }
                }

                // At one row reading the weights is what takes the time.
                report.Add(
                    [
                        ("weights", $"{type}"), ("out x in", $"{outputs} x {inputs}"),
                        .. rowCounts.SelectMany<int, (string, object?)>((rows, index) => rows == 1
                            ? [("1 row GB/s", bytes / Median(times[index]) / 1e9), ("/ reading", bytes * Median(reading) / Median(times[index]))]
                            : [($"{rows} rows GFLOP/s", 2.0 * outputs * inputs * rows / Median(times[index]) / 1e9)]),
                    ]);
            }
        }
    }

    private static void Attention(WorkerPool pool, int rounds, Report report)
    {
        using var attention = new PagedAttention(KernelSet.For(), pool);
        const int mostTokens = 8192;
        var blocks = stackalloc void*[mostTokens / 64];
        foreach (var (heads, kvHeads, dim) in new[] { (9, 3, 64), (14, 2, 64), (32, 8, 128) })
        {
            foreach (var type in Enum.GetValues<KvType>())
            {
                foreach (var context in new[] { 128, 1024, mostTokens })
                {
                    var layout = new KvLayout(kvHeads, dim, 64, type);
                    using var memory = new RandomMemory(layout.BlockBytes * context / layout.BlockTokens);
                    using var queries = new RandomMemory(64L * heads * dim * sizeof(float));
                    using var output = new RandomMemory(64L * heads * dim * sizeof(float));
                    for (var block = 0; block < context / layout.BlockTokens; block++)
                    {
                        blocks[block] = (byte*)memory.Floats + (block * layout.BlockBytes);
                    }

                    var one = new AttentionSequence
                    {
                        Query = queries.Floats,
                        QueryStride = heads * dim,
                        Output = output.Floats,
                        OutputStride = heads * dim,
                        Blocks = blocks,
                        Position = context - 1,
                        Queries = 1,
                    };
                    var many = one with { Position = context - 64, Queries = 64 };
                    var (times, prefill) = (new List<double>(), new List<double>());
                    for (var round = 0; round <= rounds; round++)
                    {
                        times.Add(Seconds(() => attention.Run(layout, heads, 0.1f, [one]), 10));
                        prefill.Add(Seconds(() => attention.Run(layout, heads, 0.1f, [many]), 1));
                    }

                    report.Add(
                        ("heads / shared / dim", $"{heads} / {kvHeads} / {dim}"), ("keys and values", $"{type}"), ("context", context),
                        ("1 query us", Median(times) * 1e6), ("GB/s", memory.Bytes / Median(times) / 1e9),
                        ("64 queries us", Median(prefill) * 1e6), ("GFLOP/s", 4.0 * 64 * (context - 32) * heads * dim / Median(prefill) / 1e9));
                }
            }
        }
    }

    private static double Seconds(Action work, int repeats)
    {
        var start = Stopwatch.GetTimestamp();
        for (var run = 0; run < repeats; run++)
        {
            work();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }

    private static WeightMatrix Matrix(RandomMemory memory, RandomMemory scales, WeightType type, int outputs, int inputs, int copy)
    {
        var size = type switch { WeightType.F32 => 4L, WeightType.BF16 => 2L, _ => 1L };
        return new WeightMatrix(
            (byte*)memory.Floats + (copy * size * outputs * inputs), type, outputs, inputs, type == WeightType.Int8 ? scales.Floats : null);
    }

    // The first round compiles and warms up.
    private static double Median(List<double> all)
    {
        var sorted = all.Skip(1).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
