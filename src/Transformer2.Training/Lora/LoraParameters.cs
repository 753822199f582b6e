using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using static TorchSharp.torch;

namespace Transformer2.Training.Lora;

/// <summary>
/// LoRA (arXiv 2106.09685), the paper's baseline: W' = W + alpha / rank * B A, with dropout before A. B starts at zero, A uniform within
/// 1 / sqrt(in), as in Hugging Face's peft.
/// </summary>
public sealed class LoraParameters : IAdapterParameters
{
    private readonly AdapterOptions _options;
    private readonly ProjectionMatrix[] _matrices;
    private readonly Tensor[] _a;
    private readonly Tensor[] _b;

    /// <summary>Updates of zero.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="options">Which matrices, and how.</param>
    /// <param name="seed">Names the random numbers of A.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public LoraParameters(Decoder model, AdapterOptions options, ulong seed)
    {
        options.Check();
        using var scope = NewDisposeScope();
        _options = options;
        _matrices = [.. MatrixSelections.Of(model.Config, options)];
        var random = SeededRandom.For(seed, 0);
        _a = [.. _matrices.Select(matrix => Leaf(Uniform(options.Rank, (int)matrix.Columns, random)))];
        _b = [.. _matrices.Select(matrix => Leaf(zeros(matrix.Rows, options.Rank)))];
        Parameters = [.. _matrices.SelectMany((matrix, i) => (KeyValuePair<string, Tensor>[])[new(matrix.Name + ".lora_A", _a[i]), new(matrix.Name + ".lora_B", _b[i])])];

        Tensor Leaf(Tensor x) => x.to(model.Device).requires_grad_(true).DetachFromDisposeScope();
    }

    /// <summary>A [rank, in] and B [out, rank] by matrix name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <inheritdoc/>
    public double Origin => 0;

    private double Scale => _options.Alpha / _options.Rank;

    /// <inheritdoc/>
    public AdapterTensors Tensors(AdapterNoise? noise = null) => AdapterTensors.None with
    {
        LowRank = _matrices.Select((matrix, i) => KeyValuePair.Create(
            matrix.Name, new LowRankTensors(_a[i], _b[i] * Scalars.Of(Scale), noise is { } step && _options.Dropout > 0 ? Dropout(step, i) : null))).ToDictionary(),
    };

    /// <inheritdoc/>
    public AdapterWeights Weights(IReadOnlyList<Tensor>? parameters = null)
    {
        using var scope = NewDisposeScope();
        return Of((i, isB) => Numbers(parameters?[(2 * i) + (isB ? 1 : 0)] ?? (isB ? _b[i] : _a[i])));
    }

    /// <inheritdoc/>
    public AdapterWeights Base() => Of((i, isB) => new float[(isB ? _b : _a)[i].NumberOfElements]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in _a.Concat(_b)) parameter.Dispose();
    }

    private static float[] Numbers(Tensor x) => x.detach().cpu().data<float>().ToArray();

    private LoraWeights Of(Func<int, bool, float[]> numbers) => new(_matrices.Select((matrix, i) =>
        KeyValuePair.Create(matrix.Name, new LoraMatrix(_options.Rank, Scale, numbers(i, false), numbers(i, true)))).ToDictionary());

    // [rows, length, in]: zero for what is left out. Of the adapter's own rows, so that others in the batch change nothing.
    private Tensor Dropout(AdapterNoise step, int matrix)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(SeededRandom.For(step.Seed ^ 0x6c6f7261, ((ulong)step.Step << 32) | (uint)matrix).NextUInt64(), CPU);
        var kept = rand([step.Rows, step.Length, _matrices[matrix].Columns], generator: generator).ge(Scalars.Of(_options.Dropout));
        return (kept.to_type(ScalarType.Float32) / Scalars.Of(1 - _options.Dropout)).to(_a[matrix].device).MoveToOuterDisposeScope();
    }

    private static Tensor Uniform(int rank, int inputs, SeededRandom random)
    {
        var values = new float[rank * inputs];
        var bound = 1 / Math.Sqrt(inputs);
        for (var i = 0; i < values.Length; i++) values[i] = (float)(((2 * random.NextDouble()) - 1) * bound);
        return tensor(values, [rank, inputs]);
    }
}
