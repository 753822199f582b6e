using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Corpus;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>
/// One parameter for each singular value (arXiv 2501.06252, section 3.2). With the mask <c>identity</c> and no renormalisation it is the
/// effective multiplier itself; <c>sigmoid</c> with renormalisation is the published code.
/// </summary>
public sealed class SvfParameters : IAdapterParameters
{
    private readonly IMultiplierMask _mask;
    private readonly AdapterOptions _options;
    private readonly Tensor[] _sigma;

    /// <summary>Parameters that change nothing, except by the noise asked for.</summary>
    /// <param name="model">The base model, decomposed.</param>
    /// <param name="options">Which matrices, and how.</param>
    /// <param name="seed">Names the noise.</param>
    /// <exception cref="ArgumentException">The options cannot be used, or the model is not decomposed.</exception>
    public SvfParameters(Decoder model, AdapterOptions options, ulong seed)
    {
        options.Check();
        using var scope = NewDisposeScope();
        _options = options;
        _mask = MultiplierMasks.Find(options.Mask);
        Origin = options.Renormalize && _mask.IsBounded ? options.InitialValue : _mask.Start(options.MaxMultiplier)!.Value;
        var names = MatrixSelections.Of(model.Config, options).Select(matrix => matrix.Name).ToHashSet();
        var projections = model.Projections.Where(projection => names.Contains(projection.Name)).ToArray();
        if (Array.Find(projections, projection => projection.Factors is null) is { } bare)
            throw new ArgumentException($"{bare.Name} has no decomposition: multipliers cannot be trained.", nameof(model));
        _sigma = [.. projections.Select(projection => projection.Factors!.Sigma)];
        var random = SeededRandom.For(seed, 0);
        Parameters = [.. projections.Select(projection => KeyValuePair.Create(
            projection.Name, Start(projection.Factors!.Rank, random).to(model.Device).requires_grad_(true).DetachFromDisposeScope()))];
    }

    /// <summary>p by matrix name, [rank].</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <inheritdoc/>
    public double Origin { get; }

    /// <inheritdoc/>
    public AdapterTensors Tensors(AdapterNoise? noise = null) => AdapterTensors.None with
    {
        Multipliers = Parameters.Select((entry, i) => KeyValuePair.Create(entry.Key, Effective(i, entry.Value))).ToDictionary(),
    };

    /// <inheritdoc/>
    public AdapterWeights Weights(IReadOnlyList<Tensor>? parameters = null)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return new SvfWeights(new ExpertVector(Parameters.Select((entry, i) =>
            KeyValuePair.Create(entry.Key, Effective(i, parameters?[i] ?? entry.Value).detach().cpu().data<float>().ToArray()))));
    }

    /// <inheritdoc/>
    public AdapterWeights Base() => new SvfWeights(new ExpertVector(Parameters.Select(entry =>
        KeyValuePair.Create(entry.Key, Enumerable.Repeat(1f, (int)entry.Value.shape[0]).ToArray()))));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, parameter) in Parameters) parameter.Dispose();
    }

    private Tensor Effective(int matrix, Tensor parameter)
    {
        var mask = _mask.Apply(parameter, _options.MaxMultiplier);
        return _options.Renormalize ? EffectiveMultipliers.Compute(_sigma[matrix], mask, SvfComposition.Renormalized) : mask;
    }

    private Tensor Start(int rank, SeededRandom random)
    {
        var values = new float[rank];
        for (var i = 0; i < rank; i++) values[i] = (float)(Origin + (_options.InitialNoise > 0 ? _options.InitialNoise * random.NextNormal() : 0));
        return tensor(values);
    }
}
