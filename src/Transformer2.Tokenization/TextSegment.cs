namespace Transformer2.Tokenization;

/// <summary>A part of a prompt and where it is from.</summary>
/// <param name="Text">The characters.</param>
/// <param name="IsFromUser">
/// True for anything that a caller supplied, false for what the model's own chat template wrote. Special tokens are recognised in the
/// latter only.
/// </param>
public readonly record struct TextSegment(string Text, bool IsFromUser);
