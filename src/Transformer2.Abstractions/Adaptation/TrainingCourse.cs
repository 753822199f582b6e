using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>How a training went so far.</summary>
[GenerateSerializer, Immutable, Alias("t2.TrainingCourse")]
public sealed record TrainingCourse
{
    /// <summary>Its steps, in order.</summary>
    [Id(0)]
    public ImmutableArray<TrainingStep> Steps { get; init; } = [];

    /// <summary>Its looks at the validation questions, in order.</summary>
    [Id(1)]
    public ImmutableArray<ValidationPoint> Validation { get; init; } = [];

    /// <summary>Seconds until it is done; null while that is not known.</summary>
    [Id(2)]
    public double? SecondsLeft { get; init; }

    /// <summary>What it reached; null until it has ended.</summary>
    [Id(3)]
    public TrainingResult? Result { get; init; }

    /// <summary>
    /// The course with news. A training that goes on from a checkpoint repeats steps, with the same numbers: what is known already is replaced, so that
    /// nothing shows twice, and nothing is lost whatever the order in which the news arrive.
    /// </summary>
    public TrainingCourse With(TrainingNews news)
    {
        ArgumentNullException.ThrowIfNull(news);
        return this with
        {
            Steps = Merge(Steps, news.Steps, step => step.Step),
            Validation = Merge(Validation, news.Validation, point => point.Step),
            SecondsLeft = news.SecondsLeft,
        };
    }

    private static ImmutableArray<T> Merge<T>(ImmutableArray<T> known, ImmutableArray<T> news, Func<T, int> number)
    {
        if (news.IsEmpty)
            return known;
        var numbers = news.Select(number).ToHashSet();
        return [.. known.Where(item => !numbers.Contains(number(item))).Concat(news).OrderBy(number)];
    }
}

/// <summary>What is new of a training.</summary>
[GenerateSerializer, Immutable, Alias("t2.TrainingNews")]
public sealed record TrainingNews(
    [property: Id(0)] ImmutableArray<TrainingStep> Steps,
    [property: Id(1)] ImmutableArray<ValidationPoint> Validation,
    [property: Id(2)] double? SecondsLeft);

/// <summary>One step of a training. Figures that are no numbers are left out.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Loss">The loss that the step descends; null where it is no number.</param>
/// <param name="Reward">Mean reward of its answers.</param>
/// <param name="Kl">Divergence from the base model in nats per answer.</param>
/// <param name="Drift">Root mean square of z - 1 over all multipliers, after the step.</param>
[GenerateSerializer, Immutable, Alias("t2.TrainingStep")]
public sealed record TrainingStep(
    [property: Id(0)] int Step,
    [property: Id(1)] double? Loss,
    [property: Id(2)] double? Reward,
    [property: Id(3)] double? Kl,
    [property: Id(4)] double Drift);

/// <summary>A look at the validation questions.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Right">Right answers.</param>
/// <param name="Count">Questions.</param>
[GenerateSerializer, Immutable, Alias("t2.ValidationPoint")]
public sealed record ValidationPoint([property: Id(0)] int Step, [property: Id(1)] int Right, [property: Id(2)] int Count);

/// <summary>What a training reached.</summary>
/// <param name="BestStep">The step whose state became the expert; 0: nothing was better than the base model.</param>
/// <param name="Test">On the test questions; null when there are none.</param>
/// <param name="Regression">On the regression data set; null when there is none.</param>
/// <param name="SpectralDrift">The largest |sigma * (z - 1)| / |sigma| of a matrix.</param>
/// <param name="FailedGates">Gates that the expert did not pass, for people.</param>
[GenerateSerializer, Immutable, Alias("t2.TrainingResult")]
public sealed record TrainingResult(
    [property: Id(0)] int BestStep,
    [property: Id(1)] PairedResult? Test,
    [property: Id(2)] PairedResult? Regression,
    [property: Id(3)] double SpectralDrift,
    [property: Id(4)] ImmutableArray<string> FailedGates);

/// <summary>The base model and the expert on the same questions.</summary>
/// <param name="Count">Questions.</param>
/// <param name="BaseRight">Right answers of the base model.</param>
/// <param name="ExpertRight">Right answers of the expert.</param>
/// <param name="Lost">Questions that only the base model answers right.</param>
/// <param name="Gained">Questions that only the expert answers right.</param>
/// <param name="PValue">Two-sided p-value of McNemar's exact test.</param>
[GenerateSerializer, Immutable, Alias("t2.PairedResult")]
public sealed record PairedResult(
    [property: Id(0)] int Count,
    [property: Id(1)] int BaseRight,
    [property: Id(2)] int ExpertRight,
    [property: Id(3)] int Lost,
    [property: Id(4)] int Gained,
    [property: Id(5)] double PValue);
