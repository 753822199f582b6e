namespace Transformer2.Training.Classification;

/// <summary>A prompt and the category that it belongs to.</summary>
/// <param name="Prompt">The user's message.</param>
/// <param name="Label">The category.</param>
/// <param name="Position">Where it stands in its source, a line's number for instance; errors name it.</param>
public sealed record LabelledPrompt(string Prompt, string Label, int? Position = null);
