using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>What the training of a classification expert reached, on prompts that it never saw.</summary>
/// <param name="Base">With the base model alone.</param>
/// <param name="Trained">With the expert.</param>
[GenerateSerializer, Immutable, Alias("t2.ClassifierResult")]
public sealed record ClassifierResult([property: Id(0)] ConfusionMatrix Base, [property: Id(1)] ConfusionMatrix Trained);

/// <summary>How often prompts of each label were given each label.</summary>
/// <param name="Labels">The labels.</param>
/// <param name="Counts">[right label, given label], row by row.</param>
[GenerateSerializer, Immutable, Alias("t2.ConfusionMatrix")]
public sealed record ConfusionMatrix([property: Id(0)] ImmutableArray<string> Labels, [property: Id(1)] ImmutableArray<int> Counts);
