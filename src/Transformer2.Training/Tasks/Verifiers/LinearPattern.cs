using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>The keyword <c>pattern</c> without backtracking; the library's own could take exponential time.</summary>
internal sealed class LinearPattern : IKeywordHandler
{
    public string Name => "pattern";

    public object? ValidateKeywordValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: <= RegexVerifier.MaxPatternLength } pattern)
            throw new FormatException($"has a 'pattern' that is no text of at most {RegexVerifier.MaxPatternLength} characters");
        return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
    }

    public void BuildSubschemas(KeywordData keyword, BuildContext context)
    {
    }

    public KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context) => context.Instance.ValueKind != JsonValueKind.String
        ? KeywordEvaluation.Ignore
        : new KeywordEvaluation { Keyword = Name, IsValid = ((Regex)keyword.Value!).IsMatch(context.Instance.GetString()!) };
}
