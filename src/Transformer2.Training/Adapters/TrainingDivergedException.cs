namespace Transformer2.Training.Adapters;

/// <summary>The model computes nothing but what is no number any more, so that nothing can be learned: the learning rate was too high.</summary>
public sealed class TrainingDivergedException(string message, Exception? inner = null) : Exception(message, inner);
