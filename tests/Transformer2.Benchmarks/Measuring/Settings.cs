using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary>What the verbs that run a model have in common.</summary>
internal sealed record Settings
{
    /// <summary>Which models.</summary>
    public required string[] Shapes { get; init; }

    /// <summary>In which precisions.</summary>
    public required Precision[] Precisions { get; init; }

    /// <summary>Rows of the batch.</summary>
    public required int[] Batches { get; init; }

    /// <summary>How often everything is measured, in turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>Threads, ours and the peer's.</summary>
    public required int Threads { get; init; }

    /// <summary>Which of the engine's model runners.</summary>
    public required string Runner { get; init; }

    /// <summary>The models.</summary>
    public required ModelStore Models { get; init; }

    /// <summary>What to compare with, or null.</summary>
    public required PeerPrograms? Peer { get; init; }

    /// <summary>Values of a verb's own options.</summary>
    public required ParseResult Parsed { get; init; }

    /// <summary>The only shape of a verb that takes one.</summary>
    public ModelShape Shape => ModelShape.Find(Shapes.Single());

    /// <summary>The only precision of a verb that takes one.</summary>
    public Precision Precision => Precisions.Single();
}

