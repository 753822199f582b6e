using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>The base model that a node serves.</summary>
[GenerateSerializer, Immutable, Alias("t2.ModelRecord")]
public sealed record ModelRecord(
    [property: Id(0)] string Id,
    [property: Id(1)] string BaseFingerprint,
    [property: Id(2)] string DecompositionFingerprint,
    [property: Id(3)] int ContextLength,
    [property: Id(4)] int VocabularySize,
    [property: Id(5)] long ParameterCount,
    [property: Id(6)] ImmutableArray<MatrixRecord> Matrices);

/// <summary>A matrix that experts may adapt, and its number of singular values.</summary>
[GenerateSerializer, Immutable, Alias("t2.MatrixRecord")]
public sealed record MatrixRecord([property: Id(0)] string Name, [property: Id(1)] int Rank);

/// <summary>What a node is doing.</summary>
[GenerateSerializer, Immutable, Alias("t2.NodeStatusRecord")]
public sealed record NodeStatusRecord(
    [property: Id(0)] int Waiting,
    [property: Id(1)] int Running,
    [property: Id(2)] int MaxRunning,
    [property: Id(3)] int ResidentExperts,
    [property: Id(4)] bool Faulted);
