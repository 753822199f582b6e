using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

public abstract partial record AdaptationJob
{
    /// <summary>Trains an expert on a data set.</summary>
    [GenerateSerializer, Immutable, Alias("t2.AdaptationJob.Training")]
    public sealed record Training : AdaptationJob
    {
        /// <summary>The data set.</summary>
        [Id(0)]
        public required TrainingDataset Dataset { get; init; }

        /// <summary>What judges answers.</summary>
        [Id(1)]
        public required TrainingVerifier Verifier { get; init; }

        /// <summary>What is learned from.</summary>
        [Id(2)]
        public required string Objective { get; init; }

        /// <summary>Optimizer steps.</summary>
        [Id(3)]
        public required int Steps { get; init; }

        /// <summary>Prompts of a step.</summary>
        [Id(4)]
        public required int Prompts { get; init; }

        /// <summary>Answers drawn for a prompt.</summary>
        [Id(5)]
        public required int Samples { get; init; }

        /// <summary>Most tokens of an answer.</summary>
        [Id(6)]
        public required int MaxAnswerTokens { get; init; }

        /// <summary>The highest learning rate.</summary>
        [Id(7)]
        public required double LearningRate { get; init; }

        /// <summary>Part of the divergence from the base model in the loss.</summary>
        [Id(8)]
        public required double KlCoefficient { get; init; }

        /// <summary>Temperature at which answers are drawn.</summary>
        [Id(9)]
        public required double Temperature { get; init; }

        /// <summary>Which matrices are adapted.</summary>
        [Id(10)]
        public required string Modules { get; init; }

        /// <summary>Repeats a training.</summary>
        [Id(11)]
        public required ulong Seed { get; init; }

        /// <summary>Steps between two looks at the validation questions.</summary>
        [Id(12)]
        public required int ValidationInterval { get; init; }

        /// <summary>Looks without a better one after which it ends; null for never.</summary>
        [Id(13)]
        public int? Patience { get; init; }

        /// <summary>What the expert must show before it goes live.</summary>
        [Id(14)]
        public required TrainingGates Gates { get; init; }

        /// <inheritdoc/>
        public override AdaptationJob WithoutExamples() => this;
    }
}

/// <summary>A data set of a training. Once the job is created its content is held: whatever becomes of its id, the job goes on with what it began with.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Digest">Its content; null until the job is created.</param>
[GenerateSerializer, Immutable, Alias("t2.TrainingDataset")]
public sealed record TrainingDataset([property: Id(0)] DatasetId Id, [property: Id(1)] ContentDigest? Digest = null);

/// <summary>What judges answers.</summary>
/// <param name="Name">A verifier of the platform, or <see cref="Callback"/>.</param>
/// <param name="Argument">What that verifier needs; otherwise empty.</param>
[GenerateSerializer, Immutable, Alias("t2.TrainingVerifier")]
public sealed record TrainingVerifier([property: Id(0)] string Name, [property: Id(1)] string Argument)
{
    /// <summary>The tenant judges by itself, at an address.</summary>
    public const string Callback = "callback";

    /// <summary>Whether the tenant judges by itself.</summary>
    [JsonIgnore]
    public bool IsCallback => Name == Callback;
}

/// <summary>What a trained expert must show before it goes live.</summary>
/// <param name="MaxSpectralDrift">Most of |sigma * (z - 1)| / |sigma| over the matrices.</param>
/// <param name="Regression">Questions that it must not get worse at; null for none.</param>
/// <param name="MaxRegression">How many percentage points fewer of them may be right than with the base model.</param>
[GenerateSerializer, Immutable, Alias("t2.TrainingGates")]
public sealed record TrainingGates(
    [property: Id(0)] double MaxSpectralDrift,
    [property: Id(1)] TrainingDataset? Regression,
    [property: Id(2)] double MaxRegression);
