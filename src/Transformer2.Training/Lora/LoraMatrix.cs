namespace Transformer2.Training.Lora;

/// <summary>The update of one matrix, W' = W + scale * B A.</summary>
/// <param name="Rank">Rank of the update.</param>
/// <param name="Scale">alpha / rank.</param>
/// <param name="A">[rank, in], row by row.</param>
/// <param name="B">[out, rank], row by row.</param>
public sealed record LoraMatrix(int Rank, double Scale, IReadOnlyList<float> A, IReadOnlyList<float> B);
