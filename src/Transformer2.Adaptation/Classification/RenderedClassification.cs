namespace Transformer2.Adaptation.Classification;

/// <summary>A classification prompt, ready for a model's chat template.</summary>
/// <param name="System">The system message, or null.</param>
/// <param name="User">The user's message.</param>
/// <param name="AnswerPrefix">How the model's answer begins; may be empty.</param>
public sealed record RenderedClassification(string? System, string User, string AnswerPrefix);
