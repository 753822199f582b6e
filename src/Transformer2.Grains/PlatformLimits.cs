using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Transformer2.Grains;

/// <summary>How much the platform keeps.</summary>
public sealed class PlatformLimits
{
    /// <summary>Most tenants.</summary>
    [Range(1, 1_000_000)]
    public int MaxTenants { get; set; } = 10_000;

    /// <summary>Most keys of a tenant that are not revoked; as many are listed, revoked ones included.</summary>
    [Range(1, 1_000)]
    public int MaxApiKeys { get; set; } = 100;

    /// <summary>Most experts of a tenant.</summary>
    [Range(1, 100_000)]
    public int MaxExperts { get; set; } = 10_000;

    /// <summary>Most bytes of a tenant's expert files.</summary>
    [Range(1, long.MaxValue)]
    public long MaxExpertBytes { get; set; } = 16L << 30;

    /// <summary>Most adaptations of a tenant, those that have ended included.</summary>
    [Range(1, 1_000)]
    public int MaxAdaptations { get; set; } = 100;

    /// <summary>Most adaptations of all tenants that wait or run.</summary>
    [Range(1, 100_000)]
    public int MaxUnfinishedAdaptations { get; set; } = 1_000;

    /// <summary>Most data sets of a tenant.</summary>
    [Range(1, 100_000)]
    public int MaxDatasets { get; set; } = 1_000;

    /// <summary>Most bytes of a tenant's data sets.</summary>
    [Range(1, long.MaxValue)]
    public long MaxDatasetBytes { get; set; } = 4L << 30;

    /// <summary>How long the file of a replaced expert stays at least, for requests that chose it just before.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReplacedGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a stored file may wait for its commit. Older files that no expert uses are remains of a crash and are removed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan OrphanAge { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Checks <see cref="PlatformLimits"/> by its annotations.</summary>
[OptionsValidator]
public sealed partial class PlatformLimitsValidator : IValidateOptions<PlatformLimits>;
