using System.Text.RegularExpressions;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// Finds the letter that an answer chooses: "answer is (X)", else "answer: X", else the last letter that stands alone; the last of each kind. These are
/// the rules of the Transformer-squared authors, but for their guess: an answer without a letter is wrong.
/// </summary>
public sealed partial class MultipleChoiceVerifier : IVerifier, IReferenceCheck
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "multiple-choice";

    private readonly int _choices;

    /// <summary>Takes how many choices there are.</summary>
    /// <param name="choices">2 to 26: the letters from A on.</param>
    public MultipleChoiceVerifier(int choices = 10)
    {
        if (choices is < 2 or > 26) throw new ArgumentOutOfRangeException(nameof(choices));
        _choices = choices;
    }

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Setting: <c>choices</c> (10), how many letters from A on are choices.</summary>
    internal static MultipleChoiceVerifier From(VerifierSettings settings) => new(settings.Whole("choices", 10, 2, 26));

    /// <inheritdoc/>
    public string? Fault(string reference) => Letter(reference.Trim().Trim('(', ')')) is null ? $"It is no letter from A to {(char)('A' + _choices - 1)}." : null;

    /// <inheritdoc/>
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        if (Letter(question.Reference.Trim().Trim('(', ')')) is not { } expected) throw new VerificationException("The reference is no letter of a choice.");
        var tail = Texts.Tail(answer);
        var given = Last(AnswerIs(), tail) ?? Last(AnswerColon(), tail) ?? Last(Alone(), tail);
        return ValueTask.FromResult(Verdict.Of(given == expected, given?.ToString()));
    }

    private char? Last(Regex rule, string text)
    {
        char? last = null;
        foreach (Match match in rule.Matches(text)) last = Letter(match.Groups[1].Value) ?? last;
        return last;
    }

    private char? Letter(string text) => text is [>= 'A' and <= 'Z' and var letter] && letter - 'A' < _choices ? letter : null;

    [GeneratedRegex(@"(?:[aA]nswer|ANSWER) (?:is|IS):?\s{0,4}\**\(?([A-Z])\)?(?![\w'’])(?!\s[a-z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex AnswerIs();

    [GeneratedRegex(@"(?:[aA]nswer|ANSWER)\**:\s{0,4}\**\(?([A-Z])\)?(?![\w'’])(?!\s[a-z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex AnswerColon();

    // "A" and "I" before a small letter are English words, not choices.
    [GeneratedRegex(@"(?<![\w'’])([A-Z])(?![\w'’])(?!\s[a-z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Alone();
}
