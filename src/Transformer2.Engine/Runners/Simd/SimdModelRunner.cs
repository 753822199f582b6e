using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Experts;
using Transformer2.Kernels;
using Transformer2.Kernels.Attention;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Sparse;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Weights;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>
/// The model runner over managed kernels, for CPUs. Shares the decoder's weights. A row's logits depend on its tokens and its expert alone, to the
/// bit: not on its neighbours, nor on how its prompt was cut, nor on what of it was in the cache.
/// </summary>
internal sealed unsafe class SimdModelRunner : IModelRunner
{
    private readonly Decoder _model;
    private readonly ModelConfig _config;
    private readonly SimdProjections _projections;
    private readonly SimdLayer[] _layers;
    private readonly PinnedFloats _finalNorm;
    private readonly SimdCache _cache;
    private readonly WorkerPool _pool;
    private readonly Products _products;
    private readonly SparseProducts _sparse;
    private readonly ProjectionJobs _jobs;
    private readonly FormPlanner _planner;
    private readonly MergedExperts? _merged;
    private readonly StepRows _all = new();
    private readonly StepRows _wanted = new();
    private readonly NormPhase _norm;
    private readonly PositionPhase _position;
    private readonly AttentionPhase _attention;
    private readonly ActivationPhase _activation;

    /// <summary>Takes over a model with its decomposition.</summary>
    /// <param name="model">The model, in float32 or bfloat16 on the CPU.</param>
    /// <param name="blocks">Blocks of the KV cache that rows may have.</param>
    /// <param name="blockTokens">Tokens per block.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="quantize">Rounds the weights to int8.</param>
    /// <param name="directions">Computes experts that change few directions as such; takes the memory of every matrix U once more.</param>
    /// <param name="planner">Chooses the experts' forms; null measures for one.</param>
    /// <param name="mergedBytes">Memory for merged copies of hot experts; 0 makes none.</param>
    /// <param name="logger">Is told of those, and of the memory that the weights got.</param>
    public SimdModelRunner(
        Decoder model, int blocks, int blockTokens, int threads, bool quantize = false, bool directions = true, FormPlanner? planner = null, long mergedBytes = 0,
        ILogger? logger = null)
    {
        (_model, _config) = (model, model.Config);
        _projections = new SimdProjections(model, quantize, directions);
        EngineLog.LargePages(logger ?? NullLogger.Instance, LargePages.Move(_projections.Matrices) >> 20);
        _layers = [.. Enumerable.Range(0, _config.Layers).Select(layer => new SimdLayer(model, _projections, layer))];
        _finalNorm = new PinnedFloats(model.Parameters["model.norm.weight"]);
        // As precise as the weights, and half of what has to be read where they are bfloat16.
        var numbers = model.DType is ScalarType.BFloat16 ? KvType.BF16 : KvType.F32;
        _cache = new SimdCache(new KvLayout(_config.KeyValueHeads, _config.HeadDim, blockTokens, numbers), _config.Layers, 1 + blocks);
        _pool = new WorkerPool(threads);
        var kernels = KernelSet.For();
        _products = new Products(kernels, _pool);
        _sparse = new SparseProducts(kernels, _pool);
        _jobs = new ProjectionJobs(_projections, _products, _sparse);
        _planner = planner ?? FormPlanner.Measure(_projections, kernels, _pool, merging: mergedBytes > 0);
        Merger = new ExpertMerger(_projections, _planner, kernels);
        if (mergedBytes > 0) _merged = new MergedExperts(new HotExperts(_planner), Merger.Merge, mergedBytes, logger ?? NullLogger.Instance);
        _norm = new NormPhase(_pool, kernels, _config.HiddenSize, (float)_config.RmsNormEpsilon);
        _position = new PositionPhase(_pool, kernels, _config, _cache, new RotaryTables(model));
        _attention = new AttentionPhase(_pool, kernels, _config, _cache);
        _activation = new ActivationPhase(_pool, kernels, _config.IntermediateSize);
    }

    /// <summary>Makes merged copies of this runner's experts, on any one thread.</summary>
    public ExpertMerger Merger { get; }

    public int VocabularySize => _config.VocabularySize;

    public int MergedExperts => _merged?.Count ?? 0;

    public ResidentExpert? FindMerged(ExpertVector expert) => _merged?.Find(expert);

    public ResidentExpert Load(ExpertVector expert) => new SimdExpert(expert, _projections, _planner);

    public Span<float> Run(IReadOnlyList<Piece> pieces)
    {
        _merged?.Observe(pieces);
        _all.Prepare(pieces, _config);
        _position.Prepare(_all);
        Embed();
        var last = _layers.Length - 1;
        for (var layer = 0; layer < last; layer++)
        {
            Remember(layer);
            Attend(_all, layer);
        }

        Remember(last);
        if (_all.Wanted.Count == 0) return [];
        var rows = _all;
        if (!_all.AreAllWanted)
        {
            rows = _wanted;
            rows.PrepareWanted(_all, _config);
        }

        Attend(rows, last);
        return Logits(rows);
    }

    public void Clear(int block) => _cache.Clear(block);

    public void Dispose()
    {
        // First what still reads the weights.
        _merged?.Dispose();
        _pool.Dispose();
        _attention.Dispose();
        _sparse.Dispose();
        _products.Dispose();
        _all.Dispose();
        _wanted.Dispose();
        _cache.Dispose();
        _projections.Dispose();
        _model.Dispose();
    }

    private void Embed()
    {
        for (var row = 0; row < _all.Count; row++)
            _projections.Embedding.CopyRow(_all.Tokens[row], new Span<float>(_all.Stream + ((long)row * _config.HiddenSize), _config.HiddenSize));
    }

    // Queries, keys and values of all rows; keys and values go into the cache.
    private void Remember(int index)
    {
        var layer = _layers[index];
        _norm.All(_all, layer.InputNorm);
        _jobs.Project(_all, _all.Normed, [new(layer.Query, _all.Query), new(layer.Key, _all.Key), new(layer.Value, _all.Value)]);
        _position.Run(_all, layer, index);
    }

    // The rest of a layer.
    private void Attend(StepRows rows, int index)
    {
        var layer = _layers[index];
        _attention.Run(rows, layer, index);
        _jobs.Project(rows, rows.Attended, [new(layer.Output, rows.Stream)], accumulate: true);

        _norm.All(rows, layer.PostAttentionNorm);
        _jobs.Project(rows, rows.Normed, [new(layer.Gate, rows.Gate), new(layer.Up, rows.Up)]);
        _activation.Run(rows);
        _jobs.Project(rows, rows.Gate, [new(layer.Down, rows.Stream)], accumulate: true);
    }

    private Span<float> Logits(StepRows rows)
    {
        _norm.Last(rows, _finalNorm);
        _products.Run(
            new Product
            {
                Weights = _projections.Head,
                Input = rows.Last,
                InputStride = _config.HiddenSize,
                Output = rows.Logits,
                OutputStride = VocabularySize,
            },
            rows.Wanted.Count);
        return new Span<float>(rows.Logits, rows.Wanted.Count * VocabularySize);
    }
}
