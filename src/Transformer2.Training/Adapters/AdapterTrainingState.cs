using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Checkpoints;
using Transformer2.Training.Experts;
using Transformer2.Training.Optimizers;
using Transformer2.Training.Reports;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>Everything that a training of an adapter changes, so that a run that was stopped goes on as if it had not been.</summary>
/// <typeparam name="TSettings">What must be the same when a training goes on; a record that JSON can hold.</typeparam>
/// <typeparam name="TLook">What is measured on the way; likewise.</typeparam>
internal sealed class AdapterTrainingState<TSettings, TLook> : IDisposable
    where TSettings : IEquatable<TSettings>
    where TLook : ITrainingLook<TLook>
{
    private const string NotesKey = "t2.training";

    // A training that diverges has losses that JSON has no numbers for.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly Tensor[] _best;
    private readonly TSettings _settings;
    private List<TLook> _looks = [];
    private List<double> _losses = [];
    private List<double> _rewards = [];
    private List<double> _divergences = [];
    private List<double> _drifts = [];

    /// <summary>The state before the first step.</summary>
    /// <param name="adapter">What is trained; owned from now on.</param>
    /// <param name="options">How.</param>
    /// <param name="settings">What must be the same when the training goes on.</param>
    public AdapterTrainingState(IAdapterParameters adapter, AdapterTrainingOptions options, TSettings settings)
    {
        using var scope = NewDisposeScope();
        Adapter = adapter;
        _settings = settings;
        Optimizer = ParameterOptimizers.Find(options.Optimizer).Create(adapter.Parameters, options.WeightDecay, adapter.Origin);
        _best = [.. adapter.Parameters.Select(parameter => parameter.Value.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>What is trained.</summary>
    public IAdapterParameters Adapter { get; }

    /// <summary>What trains it.</summary>
    public IParameterOptimizer Optimizer { get; }

    /// <summary>Steps done.</summary>
    public int Step => _losses.Count;

    /// <summary>Whether the validation split was looked at after the last step.</summary>
    public bool IsLookedAt => _looks.Count > 0 && _looks[^1].Step == Step;

    /// <summary>Looks since the best one.</summary>
    public int LooksSinceBest => _looks.Count == 0 ? 0 : _looks.Count - 1 - _looks.FindLastIndex(look => look.Step == Best.Step);

    private TLook Best => _looks.Aggregate((best, look) => look.IsBetterThan(best) ? look : best);

    /// <summary>What was measured so far.</summary>
    public IReadOnlyList<TLook> Looks => _looks;

    /// <summary>The steps so far, as far as it is kept how they went.</summary>
    public IReadOnlyList<TrainingProgress> Course(AdapterTrainingOptions options) => [.. _losses.Select((loss, i) => new TrainingProgress(
        i + 1,
        options.Steps,
        loss,
        options.LearningRateAt(i + 1),
        Tokens: 0,
        Remaining: TimeSpan.Zero,
        At(_rewards, i),
        At(_divergences, i),
        At(_drifts, i)))];

    /// <summary>Root mean square of what the multipliers are away from 1; null where others are trained.</summary>
    public double? Drift()
    {
        if (Adapter.Weights() is not SvfWeights { Vector: var vector }) return null;
        var squares = 0.0;
        foreach (var (_, values) in vector.Multipliers)
        {
            foreach (var z in values.Span) squares += (z - 1.0) * (z - 1.0);
        }

        return Math.Sqrt(squares / vector.ParameterCount);
    }

    /// <summary>Takes note of a step.</summary>
    public void Add(double loss, double? reward, double? divergence, double? drift)
    {
        _losses.Add(loss);
        if (reward is { } value) _rewards.Add(value);
        if (divergence is { } distance) _divergences.Add(distance);
        if (drift is { } way) _drifts.Add(way);
    }

    /// <summary>Takes a look at the current parameters, and keeps them if none was better.</summary>
    public void Add(TLook look)
    {
        if (_looks.Count == 0 || look.IsBetterThan(Best)) CopyBest();
        _looks.Add(look);
    }

    /// <summary>What the training made so far.</summary>
    public TrainedExpert<TLook> Result() =>
        new(Best.Step == 0 ? Adapter.Base() : Adapter.Weights(_best), Best, _looks, _losses, _rewards, _divergences);

    /// <summary>Writes the state; <see cref="TryRestore"/> reads it.</summary>
    public void Save(string path) => TrainingCheckpoint.Save(
        path,
        Step,
        Tensors(),
        new Dictionary<string, string> { [NotesKey] = JsonSerializer.Serialize(new Notes(_settings, _looks, _losses, _rewards, _divergences, _drifts), Json) });

    /// <summary>Takes over the state of a file, if there is one.</summary>
    /// <exception cref="CheckpointException">The file is damaged or of another training; this state is as it was.</exception>
    public void TryRestore(string path)
    {
        Notes? notes = null;
        TrainingCheckpoint.TryRestore(path, Tensors(), (step, entries) => notes = Read(step, entries));
        if (notes is null) return;
        (_looks, _losses, _rewards, _divergences, _drifts) =
            ([.. notes.Looks], [.. notes.Losses], [.. notes.Rewards ?? []], [.. notes.Divergences ?? []], [.. notes.Drifts ?? []]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        Adapter.Dispose();
        foreach (var tensor in _best) tensor.Dispose();
    }

    private Notes Read(int step, IReadOnlyDictionary<string, string> entries)
    {
        try
        {
            var notes = JsonSerializer.Deserialize<Notes>(entries.GetValueOrDefault(NotesKey, "null"), Json);
            return notes is { Looks: not null, Losses: not null } && _settings.Equals(notes.Settings) && notes.Losses.Count == step
                ? notes
                : throw new CheckpointException("The checkpoint is of another model's training, or of one with other settings.");
        }
        catch (JsonException exception)
        {
            throw new CheckpointException("The checkpoint does not tell its course.", exception);
        }
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Tensors() => Adapter.Parameters
        .Concat(Optimizer.State)
        .Concat(Adapter.Parameters.Zip(_best, (parameter, best) => KeyValuePair.Create("best." + parameter.Key, best)));

    // A training has a figure of every step or of none.
    private static double? At(List<double> figures, int index) => index < figures.Count ? figures[index] : null;

    private void CopyBest()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (parameter, best) in Adapter.Parameters.Zip(_best)) best.copy_(parameter.Value);
    }

    private sealed record Notes(
        TSettings Settings,
        IReadOnlyList<TLook> Looks,
        IReadOnlyList<double> Losses,
        IReadOnlyList<double>? Rewards = null,
        IReadOnlyList<double>? Divergences = null,
        IReadOnlyList<double>? Drifts = null);
}
