using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>Asks a model the test questions of some families: a base model, or one with the adapter that validation chooses of several.</summary>
/// <param name="name">The unit's name.</param>
/// <param name="candidates">The adapters; none measures the base model.</param>
/// <param name="families">Which families.</param>
/// <param name="questions">The test questions of each.</param>
/// <param name="seed">Names the sample.</param>
/// <param name="on">Another base model, on which the adapters were trained; null is the bundled one.</param>
internal sealed class MeasurementUnit(
    string name, IReadOnlyList<AdapterTrainingUnit> candidates, IReadOnlyList<TaskFamily> families, int questions, ulong seed, SecondBaseUnit? on = null) : LabUnit<TestAnswers>
{
    /// <summary>The adapters of which validation chooses.</summary>
    public IReadOnlyList<AdapterTrainingUnit> Candidates => candidates;

    /// <inheritdoc/>
    public override string Name => $"measure {name}";

    /// <inheritdoc/>
    public override object Settings => new { Families = families.Select(family => family.Name).ToArray(), questions, seed };

    /// <inheritdoc/>
    public override IReadOnlyList<ILabUnit> Needs => on is null ? candidates : [.. candidates, on];

    /// <inheritdoc/>
    public override double Effort => families.Count;

    /// <summary>The adapter that validation chooses; null for the base model.</summary>
    public AdapterTrainingUnit? Chosen(LabRun run) =>
        candidates.Count == 0 ? null : Selection.Best(candidates, candidate => ValidationScore.Of(run.Result(candidate).Best));

    /// <inheritdoc/>
    protected override Task<TestAnswers> ResultAsync(LabRun run, CancellationToken cancellationToken)
    {
        var model = run.Model(on?.ModelFolder(run), cancellationToken);
        using var guard = TorchSharp.torch.no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var experts = Chosen(run) is { } chosen ? AdapterTensors.Rows([(AdapterTensors.Of(chosen.Weights(run), model.Decoder), 1)]) : null;
        return Task.FromResult(new TestQuestions(questions, seed).Measure(model.Decoder, model.LoadTokenizer(), experts, families, cancellationToken));
    }
}
