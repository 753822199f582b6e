namespace Transformer2.Abstractions;

/// <summary>How an expert is to be put into a library.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SizeBytes">Size of its file, as far as known: for the quota.</param>
/// <param name="Overwrite">Replace an expert that has this id.</param>
/// <param name="Etag">Replace only the expert that has this etag; null for any.</param>
[GenerateSerializer, Immutable, Alias("t2.ExpertWrite")]
public sealed record ExpertWrite(
    [property: Id(0)] ExpertId Id,
    [property: Id(1)] long SizeBytes,
    [property: Id(2)] bool Overwrite,
    [property: Id(3)] string? Etag);
