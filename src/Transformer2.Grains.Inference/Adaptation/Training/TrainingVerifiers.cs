using System.Text.Json;
using Transformer2.Abstractions;
using Transformer2.Training.Tasks;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Grains.Inference;

/// <summary>Finds what judges a training's answers.</summary>
internal static class TrainingVerifiers
{
    // Nobody's programs run beside other tenants' data.
    private static readonly VerifierRegistry Registry = new(sandbox: null);

    /// <summary>Answers that are judged at once: a reward service gets them in few calls.</summary>
    public static int Parallelism(TrainingVerifier verifier) => verifier.IsCallback ? CallbackVerifier.MostAnswers : Environment.ProcessorCount;

    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidField"/>: there is no such verifier, or its argument is none.</exception>
    public static IVerifier Create(TrainingVerifier verifier, TrainingOptions options)
    {
        if (verifier.IsCallback)
            return new CallbackVerifier(RewardAddress.Parse(verifier.Argument, options.RewardHosts), options);
        try
        {
            return Registry.Create(verifier.Name, Settings(verifier));
        }
        catch (VerifierSettingsException exception)
        {
            var field = exception.Reason == VerifierSettingsReason.UnknownVerifier ? "recipe.verifier.name" : "recipe.verifier.argument";
            throw new PlatformException(ErrorReason.InvalidField, exception.Message, ("field", field));
        }
    }

    private static JsonElement? Settings(TrainingVerifier verifier)
    {
        if (verifier.Argument.Length == 0)
            return null;
        return verifier.Name switch
        {
            "regex" => JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["pattern"] = verifier.Argument }),
            "json-schema" => JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["schema"] = Schema(verifier.Argument) }),
            _ => throw new PlatformException(ErrorReason.InvalidField, $"The verifier '{verifier.Name}' takes no argument.", ("field", "recipe.verifier.argument")),
        };
    }

    private static JsonElement Schema(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new PlatformException(ErrorReason.InvalidField, $"The schema is no JSON: {exception.Message}", ("field", "recipe.verifier.argument"));
        }
    }
}
