using System.ComponentModel.DataAnnotations;

namespace Transformer2.Engine;

/// <summary>How to load and run a base model.</summary>
public sealed record EngineOptions
{
    /// <summary>Most that <see cref="ContextLength"/> may be.</summary>
    public const int MaxContextLength = 1 << 24;

    /// <summary>Model folder in Hugging Face's layout.</summary>
    [Required]
    public required string ModelDirectory { get; init; }

    /// <summary>Name by which clients know the model; null is the folder's name.</summary>
    public string? ModelId { get; init; }

    /// <summary>Where decompositions are kept; null keeps none.</summary>
    public string? DecompositionCacheDirectory { get; init; }

    /// <summary>Whether experts can be applied. Without them the decomposition is left out, and only the base model answers.</summary>
    public bool Decompose { get; init; } = true;

    /// <summary>Whether the folder must hold a tokenizer. Without one only prompts of token ids are answered, and answers have no text.</summary>
    public bool RequireTokenizer { get; init; } = true;

    /// <summary>Number type to compute in: <c>auto</c> (float32 on the CPU, the checkpoint's own elsewhere), <c>float32</c>, <c>float16</c> or <c>bfloat16</c>.</summary>
    public string DType { get; init; } = "auto";

    /// <summary>Where to compute: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// What computes: <c>torch</c>, <c>simd</c> (managed kernels on the CPU: faster, and equal to the bit whoever shares the batch), or <c>auto</c>:
    /// simd where it can (CPU, float32 or bfloat16), torch elsewhere.
    /// </summary>
    [AllowedValues("auto", "torch", "simd", ErrorMessage = "The field {0} is auto, torch or simd.")]
    public string Runner { get; init; } = "auto";

    /// <summary><c>int8</c> rounds the weights, one scale per output (simd runner only); <c>none</c> keeps them.</summary>
    [AllowedValues("none", "int8", ErrorMessage = "The field {0} is none or int8.")]
    public string Quantization { get; init; } = "none";

    /// <summary>
    /// Whether experts that change only few directions of a matrix are computed as such by the simd runner: exact and nearly free, for the memory of
    /// every matrix U once more.
    /// </summary>
    public bool SparseExperts { get; init; } = true;

    /// <summary>
    /// Memory for merged copies of hot experts, in MiB (simd runner only); 0 makes none. Requests that begin when a copy is there are computed as fast as with
    /// the base model, and rounded otherwise than those before: with a seed, an answer may then depend on what else was asked for.
    /// </summary>
    [Range(0, 1 << 24)]
    public int MergedExperts { get; init; }

    /// <summary>Rows of the batch: most requests running at once.</summary>
    [Range(1, 1024)]
    public int MaxSequences { get; init; } = 16;

    /// <summary>Most requests waiting for a row; more are refused as <see cref="EngineError.Overloaded"/>.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Most prompt tokens per step; fewer are taken beside rows that decode, so that a long prompt does not hold up the others' answers.</summary>
    [Range(1, 1 << 20)]
    public int PrefillChunk { get; init; } = 256;

    /// <summary>
    /// Memory for keys and values, in MiB; null is what all rows at full length need, but at most a quarter of the machine's memory. What
    /// running requests leave of it keeps prefixes for later ones.
    /// </summary>
    [Range(1, 1 << 24)]
    public int? CacheMemory { get; init; }

    /// <summary>Whether prompts of a tenant that begin alike (same expert, same tokens) share what was computed.</summary>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>Most tokens of prompt and answer together; null is what the model was made for; up to what its rotary scaling reaches.</summary>
    [Range(1, MaxContextLength)]
    public int? ContextLength { get; init; }

    /// <summary>Expert vectors and mixtures kept ready after their last use.</summary>
    [Range(1, 1_000_000)]
    public int MaxResidentExperts { get; init; } = 1024;

    /// <summary>Threads that compute; null is one per core for the simd runner, and leaves one core to everything else for torch.</summary>
    [Range(1, 1024)]
    public int? Threads { get; init; }

    /// <summary>
    /// Tenants, and experts of tenants, that the metrics tell apart; further ones are <c>other</c>. The upper limit keeps the number of series
    /// below OpenTelemetry's own.
    /// </summary>
    [Range(0, 499)]
    public int MetricLabelValues { get; init; } = 100;
}

/// <summary>What loading an engine is doing.</summary>
/// <param name="Phase">A short description.</param>
/// <param name="Done">Parts done.</param>
/// <param name="Total">Parts in all.</param>
public sealed record EngineLoadProgress(string Phase, int Done, int Total);
