using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Benchmarks;

/// <summary>A model to measure with. Only its shape matters for speed; the weights are random, except those of the bundled model.</summary>
/// <param name="Name">How an option names it.</param>
/// <param name="Config">Its shape; null for the bundled model, which has its own.</param>
internal sealed record ModelShape(string Name, ModelConfig? Config)
{
    /// <summary>All shapes.</summary>
    public static IReadOnlyList<ModelShape> All { get; } =
    [
        new("nano", null),
        // SmolLM-135M
        new("135M", new()
        {
            VocabularySize = 49152,
            HiddenSize = 576,
            IntermediateSize = 1536,
            Layers = 30,
            Heads = 9,
            KeyValueHeads = 3,
            HeadDim = 64,
            ContextLength = 4096,
            RmsNormEpsilon = 1e-5,
            TiedEmbeddings = true,
        }),
        // Qwen2.5-0.5B as a Llama, without its biases, so that every program computes the same
        new("0.5B", new()
        {
            VocabularySize = 151936,
            HiddenSize = 896,
            IntermediateSize = 4864,
            Layers = 24,
            Heads = 14,
            KeyValueHeads = 2,
            HeadDim = 64,
            ContextLength = 4096,
            RopeTheta = 1e6,
            TiedEmbeddings = true,
        }),
        // one layer of Llama-3-8B
        new("8B-layer", new()
        {
            VocabularySize = 2048,
            HiddenSize = 4096,
            IntermediateSize = 14336,
            Layers = 1,
            Heads = 32,
            KeyValueHeads = 8,
            HeadDim = 128,
            ContextLength = 4096,
            RmsNormEpsilon = 1e-5,
            RopeTheta = 5e5,
            TiedEmbeddings = true,
        }),
    ];

    /// <summary>Finds a shape by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ModelShape Find(string name) =>
        All.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException($"The shape '{name}' is not one of {string.Join(", ", All.Select(shape => shape.Name))}.");
}
