using Transformer2.Experts;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>An expert of one base model on another one.</summary>
/// <param name="Ordered">Its multipliers in the order of the singular values.</param>
/// <param name="Shuffled">The same multipliers in random orders, within each matrix.</param>
internal sealed record Transferred(TestAnswers Ordered, IReadOnlyList<TestAnswers> Shuffled);

/// <summary>Puts an expert on another base model than it was trained on: the first multiplier belongs to the largest singular value, there as here.</summary>
/// <param name="expert">The expert, of the bundled model.</param>
/// <param name="on">The other base model.</param>
/// <param name="families">Which families are asked.</param>
/// <param name="sizes">How many questions and random orders.</param>
/// <param name="seed">Names questions and orders.</param>
internal sealed class TransferUnit(AdapterTrainingUnit expert, SecondBaseUnit on, IReadOnlyList<TaskFamily> families, LabSizes sizes, ulong seed) : LabUnit<Transferred>
{
    /// <inheritdoc/>
    public override string Name => $"transfer {CorpusGenerator.LabelOf(expert.Category)}";

    /// <inheritdoc/>
    public override object Settings => new { Families = families.Select(family => family.Name).ToArray(), sizes.TestQuestions, sizes.Shuffles, seed };

    /// <inheritdoc/>
    public override IReadOnlyList<ILabUnit> Needs => [expert, on];

    /// <inheritdoc/>
    public override double Effort => families.Count * (1 + sizes.Shuffles);

    /// <summary>The same multipliers, in each matrix in a random order.</summary>
    public static ExpertVector Shuffle(ExpertVector expert, ulong seed) => new(expert.Multipliers.Select((entry, matrix) =>
        KeyValuePair.Create(entry.Key, SeededRandom.For(seed, (ulong)matrix).Sample(entry.Value.ToArray(), entry.Value.Length))));

    /// <inheritdoc/>
    protected override Task<Transferred> ResultAsync(LabRun run, CancellationToken cancellationToken)
    {
        var (vector, model) = (expert.Vector(run), run.Model(on.ModelFolder(run), cancellationToken));
        using var guard = TorchSharp.torch.no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var (questions, tokenizer) = (new TestQuestions(sizes.TestQuestions, seed), model.LoadTokenizer());
        return Task.FromResult(new Transferred(
            Measure(vector), [.. Enumerable.Range(1, sizes.Shuffles).Select(order => Measure(Shuffle(vector, seed + (ulong)order)))]));

        TestAnswers Measure(ExpertVector z) => questions.Measure(model.Decoder, tokenizer, RowExperts.ForAllRows(z, model.Decoder), families, cancellationToken);
    }
}
