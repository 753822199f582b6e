using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using Transformer2.Tokenization;
using Transformer2.Training.BaseModel;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(Transformer2.Training.Tests.NanoFixture))]

namespace Transformer2.Training.Tests;

/// <summary>The corpus's tokenizer, and untrained models that are small enough to train in a test.</summary>
public sealed class NanoFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public NanoFixture()
    {
        Modeling.Native.TorchNative.EnsureLoaded();
        torch.set_num_threads(1);
        TokenizerBuilder.Write(_folder.Path, seed: 1);
        Tokenizer = TokenizerFile.Load(_folder.Path);
    }

    public ITokenizer Tokenizer { get; }

    public string TokenizerFolder => _folder.Path;

    /// <param name="seed">Names the weights.</param>
    /// <param name="scale">How much larger the layers' matrices are than they begin: with more, more can be learned from multipliers alone.</param>
    public Decoder CreateModel(ulong seed = 1, double scale = 1)
    {
        var config = NanoModel.Config(Tokenizer.VocabularySize) with { HiddenSize = 32, IntermediateSize = 48, Layers = 2, Heads = 4, KeyValueHeads = 4, HeadDim = 8 };
        var model = NanoModel.Initialize(config, seed);
        if (scale != 1)
        {
            foreach (var projection in model.Projections) projection.Weight.mul_(Modeling.Native.Scalars.Of(scale));
        }

        Decomposition.Attach(model);
        return model;
    }

    public void Dispose() => _folder.Dispose();
}
