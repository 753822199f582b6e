namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// Compares the last number of an answer with the last one of the reference, as GSM8K is graded. An answer without a number is wrong.
/// </summary>
public sealed class NumericVerifier : IVerifier, IReferenceCheck
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "numeric";

    private readonly Rational _absolute;
    private readonly Rational _relative;

    /// <summary>Numbers are equal when they differ by at most the larger of the two tolerances.</summary>
    /// <param name="absolute">The difference, 0 to 1e100.</param>
    /// <param name="relative">The difference as a share of the reference, 0 to 1.</param>
    public NumericVerifier(double absolute = 0, double relative = 0)
    {
        if (absolute is not (>= 0 and <= 1e100)) throw new ArgumentOutOfRangeException(nameof(absolute));
        if (relative is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(relative));
        _absolute = Rational.Of(absolute < 1e-100 ? 0 : absolute);
        _relative = Rational.Of(relative < 1e-100 ? 0 : relative);
    }

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Settings: <c>tolerance</c> (0) and <c>relativeTolerance</c> (0).</summary>
    internal static NumericVerifier From(VerifierSettings settings) =>
        new(settings.Number("tolerance", 0, 0, 1e100), settings.Number("relativeTolerance", 0, 0, 1));

    /// <inheritdoc/>
    public string? Fault(string reference) => Numbers.Last(reference) is null ? "It has no number." : null;

    /// <inheritdoc/>
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        if (Numbers.Last(question.Reference) is not { } expected) throw new VerificationException("The reference has no number.");
        if (Numbers.Last(answer) is not { } given) return ValueTask.FromResult(Verdict.Of(false));
        var difference = given.Value.Plus(expected.Value.Negated()).Magnitude();
        return ValueTask.FromResult(Verdict.Of(
            difference.AtMost(_absolute) || difference.AtMost(expected.Value.Magnitude().Times(_relative)), given.Text));
    }
}
