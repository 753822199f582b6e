using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests;

/// <summary>A small random model, decomposed, for tests that need no trained one.</summary>
internal static class TinyModel
{
    public static ModelConfig Config { get; } = new()
    {
        VocabularySize = 50,
        HiddenSize = 32,
        IntermediateSize = 48,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadDim = 8,
        ContextLength = 64,
    };

    public static Decoder Create(ulong seed, ModelConfig? config = null)
    {
        config ??= Config;
        using var generator = new Generator(seed);
        var model = new Decoder(config, DecoderParameters.Create(config, (_, shape) => shape.Length == 1 ? ones(shape) : randn(shape, generator: generator) * 0.2));
        foreach (var projection in model.Projections) projection.Factors = SvdFactors.Compute(projection.Weight);
        return model;
    }
}
