namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// Compares the content of the last <c>\boxed</c> or <c>\fbox</c> of an answer with the reference by the string rules of MATH's authors, and then, unless told
/// otherwise, as numbers: 0.25 is \frac{1}{4}. An answer without a box is wrong.
/// </summary>
/// <param name="numeric">Whether plain numbers and fractions are also compared by value. False is the authors' measure.</param>
public sealed class BoxedVerifier(bool numeric = true) : IVerifier, IReferenceCheck
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "boxed";

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Setting: <c>numeric</c> (true).</summary>
    internal static BoxedVerifier From(VerifierSettings settings) => new(settings.Flag("numeric", true));

    /// <inheritdoc/>
    public string? Fault(string reference) => Expected(reference).Trim().Length == 0 ? "It has no answer." : null;

    /// <inheritdoc/>
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(MathAnswer.Boxed(answer) is { } given ? Verdict.Of(Same(given, Expected(question.Reference)), given) : Verdict.Of(false));

    /// <summary>Whether two answers, without their boxes, are the same.</summary>
    internal bool Same(string left, string right) => MathAnswer.Same(left, right)
        || (numeric && MathAnswer.Value(MathAnswer.Normalise(left) ?? left) is { } one && MathAnswer.Value(MathAnswer.Normalise(right) ?? right) is { } other && one.Same(other));

    // A reference may be a whole solution, as the data has it, or the answer alone.
    private static string Expected(string reference) => MathAnswer.Boxed(reference) ?? reference;
}
