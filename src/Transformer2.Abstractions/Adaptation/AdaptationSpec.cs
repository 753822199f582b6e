using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

/// <summary>What a tenant asks of a job.</summary>
/// <param name="Job">What to do.</param>
/// <param name="Expert">Id of the expert that it makes.</param>
/// <param name="Overwrite">Whether an expert that has this id is replaced.</param>
[GenerateSerializer, Immutable, Alias("t2.AdaptationSpec")]
public sealed record AdaptationSpec(
    [property: Id(0)] AdaptationJob Job,
    [property: Id(1)] ExpertId Expert,
    [property: Id(2)] bool Overwrite)
{
    /// <summary>Equal for specs of equal content, examples included.</summary>
    public ContentDigest Digest() => ContentDigest.Of(JsonSerializer.SerializeToUtf8Bytes(this));
}

/// <summary>What a job does.</summary>
[GenerateSerializer, Immutable, Alias("t2.AdaptationJob")]
[JsonDerivedType(typeof(FewShot), "few-shot"), JsonDerivedType(typeof(Classifier), "classifier"), JsonDerivedType(typeof(Training), "training")]
public abstract partial record AdaptationJob
{
    private AdaptationJob()
    {
    }

    /// <summary>The same without what a job reads only while it runs.</summary>
    public abstract AdaptationJob WithoutExamples();

    /// <summary>Searches mixture weights.</summary>
    [GenerateSerializer, Immutable, Alias("t2.AdaptationJob.FewShot")]
    public sealed record FewShot : AdaptationJob
    {
        /// <summary>The experts to mix.</summary>
        [Id(0)]
        public required ImmutableArray<ExpertId> Experts { get; init; }

        /// <summary>Examples of the task.</summary>
        [Id(1)]
        public ImmutableArray<AdaptationExample> Examples { get; init; } = [];

        /// <summary>How the search goes; empty is the platform's choice.</summary>
        [Id(2)]
        public string Strategy { get; init; } = "";

        /// <summary>Whether the published method's settings hold.</summary>
        [Id(3)]
        public bool Parity { get; init; }

        /// <summary>Whether an expert has one weight for each matrix.</summary>
        [Id(4)]
        public bool PerMatrix { get; init; }

        /// <summary>Candidates of a generation; null is the default.</summary>
        [Id(5)]
        public int? Population { get; init; }

        /// <summary>Most generations; null is the method's default.</summary>
        [Id(6)]
        public int? Generations { get; init; }

        /// <summary>Share of the candidates that decide the next generation; null is the default.</summary>
        [Id(7)]
        public double? EliteRatio { get; init; }

        /// <summary>Repeats a search.</summary>
        [Id(8)]
        public ulong Seed { get; init; } = 1;

        /// <inheritdoc/>
        public override AdaptationJob WithoutExamples() => this with { Examples = [] };
    }

    /// <summary>Trains a classification expert.</summary>
    [GenerateSerializer, Immutable, Alias("t2.AdaptationJob.Classifier")]
    public sealed record Classifier : AdaptationJob
    {
        /// <summary>Prompts with their categories.</summary>
        [Id(0)]
        public ImmutableArray<LabelledPrompt> Prompts { get; init; } = [];

        /// <summary>What is learned from; empty is the platform's choice.</summary>
        [Id(1)]
        public string Objective { get; init; } = "";

        /// <summary>Steps; null is the default.</summary>
        [Id(2)]
        public int? Steps { get; init; }

        /// <summary>Repeats a training.</summary>
        [Id(3)]
        public ulong Seed { get; init; } = 1;

        /// <summary>The template that dispatch will use; null is the model's own.</summary>
        [Id(4)]
        public DispatchTemplate? Template { get; init; }

        /// <inheritdoc/>
        public override AdaptationJob WithoutExamples() => this with { Prompts = [] };
    }
}

/// <summary>A prompt with the answer that a tenant wants.</summary>
[GenerateSerializer, Immutable, Alias("t2.AdaptationExample")]
public sealed record AdaptationExample([property: Id(0)] string Prompt, [property: Id(1)] string Answer);

/// <summary>A prompt with its category.</summary>
[GenerateSerializer, Immutable, Alias("t2.LabelledPrompt")]
public sealed record LabelledPrompt([property: Id(0)] string Prompt, [property: Id(1)] string Label);

/// <summary>An expert that a job mixes, by content: whatever becomes of its id, the job goes on with what it began with.</summary>
[GenerateSerializer, Immutable, Alias("t2.AdaptationExpert")]
public sealed record AdaptationExpert([property: Id(0)] ExpertId Id, [property: Id(1)] ContentDigest Digest);
