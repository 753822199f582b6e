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

    /// <summary>Rows of the batch: most requests running at once.</summary>
    [Range(1, 1024)]
    public int MaxSequences { get; init; } = 16;

    /// <summary>Most requests waiting for a row; more are refused as <see cref="EngineError.Overloaded"/>.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Prompt tokens per step, so that a long prompt does not hold up the others' answers.</summary>
    [Range(1, 1 << 20)]
    public int PrefillChunk { get; init; } = 256;

    /// <summary>Most tokens of prompt and answer together; null is what the model was made for; up to what its rotary scaling reaches.</summary>
    [Range(1, MaxContextLength)]
    public int? ContextLength { get; init; }

    /// <summary>Expert vectors and mixtures kept ready after their last use.</summary>
    [Range(1, 1_000_000)]
    public int MaxResidentExperts { get; init; } = 1024;

    /// <summary>Threads for tensor operations; null leaves one core to everything else.</summary>
    [Range(1, 1024)]
    public int? Threads { get; init; }
}

/// <summary>What loading an engine is doing.</summary>
/// <param name="Phase">A short description.</param>
/// <param name="Done">Parts done.</param>
/// <param name="Total">Parts in all.</param>
public sealed record EngineLoadProgress(string Phase, int Done, int Total);
