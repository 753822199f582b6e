using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.BaseModel;

/// <summary>The bundled base model's shape and initial weights.</summary>
public static class NanoModel
{
    /// <summary>A Llama of 2 million parameters.</summary>
    /// <param name="vocabulary">Number of token ids.</param>
    public static ModelConfig Config(int vocabulary) => new()
    {
        VocabularySize = vocabulary,
        HiddenSize = 192,
        IntermediateSize = 512,
        Layers = 4,
        Heads = 6,
        KeyValueHeads = 6,
        HeadDim = 32,
        ContextLength = 512,
        RmsNormEpsilon = 1e-5,
    };

    /// <summary>Random weights: normal, with a standard deviation of 0.02 for matrices (scaled down where they write to the residual stream) and 0.14 for the embedding.</summary>
    public static Decoder Initialize(ModelConfig config, ulong seed)
    {
        var residual = 0.02 / Math.Sqrt(2 * config.Layers);
        using var generator = new Generator(seed, CPU);
        return new Decoder(config, DecoderParameters.Create(config, Weight));

        Tensor Weight(string name, long[] shape)
        {
            if (shape.Length == 1) return ones(shape); // norms
            var deviation = name switch
            {
                "model.embed_tokens.weight" => 0.14,
                _ when name.EndsWith("o_proj.weight", StringComparison.Ordinal) => residual,
                _ when name.EndsWith("down_proj.weight", StringComparison.Ordinal) => residual,
                _ => 0.02,
            };
            using var scope = NewDisposeScope();
            return randn(shape, generator: generator).mul_(Scalars.Of(deviation)).MoveToOuterDisposeScope();
        }
    }
}
