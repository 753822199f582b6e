namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>An answer is right when it is the reference.</summary>
/// <param name="trim">Spaces around either do not count.</param>
/// <param name="ignoreCase">Neither does the case of letters.</param>
public sealed class ExactVerifier(bool trim = true, bool ignoreCase = false) : IVerifier
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "exact";

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Settings: <c>trim</c> (true) and <c>ignoreCase</c> (false).</summary>
    internal static ExactVerifier From(VerifierSettings settings) => new(settings.Flag("trim", true), settings.Flag("ignoreCase", false));

    /// <inheritdoc/>
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        var given = Form(answer);
        var right = string.Equals(given, Form(question.Reference), ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        return ValueTask.FromResult(Verdict.Of(right, given));
    }

    private string Form(string text) => trim ? text.Trim() : text;
}
