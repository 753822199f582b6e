using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Transformer2.Grains.Inference;

/// <summary>How a node serves. Section <c>T2:Node</c>.</summary>
public sealed class InferenceNodeOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "T2:Node";

    /// <summary>Most bytes of expert vectors kept in memory beside the engine's own.</summary>
    [Range(0, long.MaxValue)]
    public long ExpertCacheBytes { get; set; } = 256L << 20;

    /// <summary>Decisions of pass 1 that are remembered, a few hundred bytes each.</summary>
    [Range(0, 10_000_000)]
    public int DispatchMemoryEntries { get; set; } = 20_000;

    /// <summary>
    /// Begins the answer of the expert that a policy chooses most while pass 1 still asks, as long as no request waits and three quarters of the rows are free:
    /// a right guess saves a step, a wrong one costs a prompt's computation.
    /// </summary>
    public bool SpeculativeDispatch { get; set; } = true;

    /// <summary>Adaptations that run at a time; the others wait.</summary>
    [Range(1, 16)]
    public int AdaptationJobs { get; set; } = 1;

    /// <summary>Of these, most of one tenant.</summary>
    [Range(1, 16)]
    public int AdaptationJobsPerTenant { get; set; } = 2;
}

/// <summary>Checks <see cref="InferenceNodeOptions"/> by its annotations.</summary>
[OptionsValidator]
public sealed partial class InferenceNodeOptionsValidator : IValidateOptions<InferenceNodeOptions>;
