using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Transformer2.Gateway;

/// <summary>What uploads may cost.</summary>
public sealed class UploadOptions
{
    /// <summary>Largest message of file content; part of the contract.</summary>
    public const int MaxChunkBytes = 1 << 20;

    /// <summary>Largest expert file.</summary>
    [Range(1, 1 << 30)]
    public int MaxFileBytes { get; set; } = 64 << 20;

    /// <summary>Most uploads at a time: together with the largest file it bounds the memory.</summary>
    [Range(1, 1000)]
    public int MaxConcurrent { get; set; } = 8;

    /// <summary>Most uploads of one tenant at a time, so that none can keep all others out.</summary>
    [Range(1, 1000)]
    public int MaxConcurrentPerTenant { get; set; } = 4;

    /// <summary>Longest wait for the next message.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest upload.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Checks <see cref="UploadOptions"/> by its annotations.</summary>
[OptionsValidator]
public sealed partial class UploadOptionsValidator : IValidateOptions<UploadOptions>;
