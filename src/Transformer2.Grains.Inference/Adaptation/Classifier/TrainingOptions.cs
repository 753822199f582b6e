namespace Transformer2.Grains.Inference;

/// <summary>What a node needs to train. The server sets it; a node without a model folder trains nothing.</summary>
public sealed class TrainingOptions
{
    /// <summary>Folder of the base model that the engine serves: training has a float32 copy of its own, for as long as it takes.</summary>
    public string ModelDirectory { get; set; } = "";

    /// <summary>Where decompositions are kept; null keeps none.</summary>
    public string? DecompositionDirectory { get; set; }

    /// <summary>Where trainings keep their course, so that they go on after a restart.</summary>
    public string CheckpointDirectory { get; set; } = "";
}
