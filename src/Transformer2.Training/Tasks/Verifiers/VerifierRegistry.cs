using System.Text.Json;
using Transformer2.Training.Tasks.Sandbox;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>Finds verifiers by name.</summary>
/// <param name="sandbox">Where programs run; null where none may, and then no verifier that runs them can be had.</param>
public sealed class VerifierRegistry(ISandbox? sandbox)
{
    private static readonly Dictionary<string, Func<VerifierSettings, ISandbox?, IVerifier>> Makers = new(StringComparer.Ordinal)
    {
        [ExactVerifier.VerifierName] = (settings, _) => ExactVerifier.From(settings),
        [NumericVerifier.VerifierName] = (settings, _) => NumericVerifier.From(settings),
        [MultipleChoiceVerifier.VerifierName] = (settings, _) => MultipleChoiceVerifier.From(settings),
        [RegexVerifier.VerifierName] = (settings, _) => RegexVerifier.From(settings),
        [JsonSchemaVerifier.VerifierName] = (settings, _) => JsonSchemaVerifier.From(settings),
        [BoxedVerifier.VerifierName] = (settings, _) => BoxedVerifier.From(settings),
        [PythonVerifier.VerifierName] = PythonVerifier.From,
    };

    /// <summary>The names that there are, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Makes a verifier.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Its settings, a JSON object; null for none.</param>
    /// <exception cref="VerifierSettingsException">There is none of that name, or a setting is wrong.</exception>
    public IVerifier Create(string name, JsonElement? settings = null)
    {
        if (!Makers.TryGetValue(name, out var make))
        {
            throw new VerifierSettingsException(
                VerifierSettingsReason.UnknownVerifier, $"There is no verifier '{Texts.Shorten(name)}'; there are {string.Join(", ", Names)}.");
        }

        var read = new VerifierSettings(name, settings);
        var verifier = make(read, sandbox);
        read.End();
        return verifier;
    }
}
