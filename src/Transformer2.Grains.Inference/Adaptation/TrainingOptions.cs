using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Transformer2.Grains.Inference;

/// <summary>
/// What a node needs to train, and how it does. The server sets the folders, a node without a model folder trains nothing; the rest is section <c>T2:Training</c>.
/// </summary>
public sealed class TrainingOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "T2:Training";

    /// <summary>Folder of the base model that the engine serves: training has a float32 copy of its own, for as long as it takes.</summary>
    public string ModelDirectory { get; set; } = "";

    /// <summary>Where decompositions are kept; null keeps none.</summary>
    public string? DecompositionDirectory { get; set; }

    /// <summary>Where trainings keep their course, so that they go on after a restart.</summary>
    public string CheckpointDirectory { get; set; } = "";

    /// <summary>Threads that compute a training; null is one for every two cores.</summary>
    [Range(1, 1024)]
    public int? Threads { get; set; }

    /// <summary><see cref="Threads"/>, or what it is where it is not set.</summary>
    public int ComputingThreads => Threads ?? Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>What answers the questions of a training: <c>engine</c>, <c>torch</c> (the training's own copy of the model), or <c>auto</c>.</summary>
    [AllowedValues("auto", "engine", "torch", ErrorMessage = "The field {0} is auto, engine or torch.")]
    public string Rollouts { get; set; } = "auto";

    /// <summary>
    /// Whether the engine computes what the training's copy computes, the same bits whoever else asks: otherwise <c>auto</c> leaves it alone. The server sets it.
    /// </summary>
    public bool EngineIsExact { get; set; }

    /// <summary>Where reward services may be, as <c>HOST</c> (any port) or <c>HOST:PORT</c>; a training calls no other address.</summary>
    public IList<string> RewardHosts { get; } = [];

    /// <summary>Longest wait for a reward service.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RewardTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call of a reward service that fails is repeated.</summary>
    [Range(0, 10)]
    public int RewardRetries { get; set; } = 3;

    /// <summary>First pause before a repetition; each is twice the one before.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RewardPause { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Checks <see cref="TrainingOptions"/> by its annotations.</summary>
[OptionsValidator]
public sealed partial class TrainingOptionsValidator : IValidateOptions<TrainingOptions>;
