using System.Text.Json;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>A verifier's settings, which may come from anyone: a JSON object whose every member is a setting that the verifier knows.</summary>
public sealed class VerifierSettings
{
    private readonly JsonElement _object;
    private readonly string _verifier;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Takes settings.</summary>
    /// <param name="verifier">The verifier's name, for messages.</param>
    /// <param name="settings">The object; null for none.</param>
    /// <exception cref="VerifierSettingsException">It is no object.</exception>
    public VerifierSettings(string verifier, JsonElement? settings)
    {
        _verifier = verifier;
        _object = settings ?? JsonElement.Parse("{}");
        if (_object.ValueKind != JsonValueKind.Object)
            throw new VerifierSettingsException(VerifierSettingsReason.Invalid, $"The settings of '{verifier}' are a JSON object.");
    }

    /// <summary>A text.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="most">Most UTF-16 units.</param>
    /// <returns>Null when it is not there.</returns>
    /// <exception cref="VerifierSettingsException">It is no text, empty or too long.</exception>
    public string? Text(string name, int most)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } text || text.Length > most)
            throw Fault(name, $"is a text of 1 to {most} characters");
        return text;
    }

    /// <summary>Yes or no.</summary>
    /// <exception cref="VerifierSettingsException">It is neither.</exception>
    public bool Flag(string name, bool otherwise) => !TryGet(name, out var value) ? otherwise : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault(name, "is true or false"),
    };

    /// <summary>A whole number.</summary>
    /// <exception cref="VerifierSettingsException">It is none, or out of its range.</exception>
    public int Whole(string name, int otherwise, int least, int most)
    {
        if (!TryGet(name, out var value)) return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Fault(name, $"is a whole number from {least} to {most}");
    }

    /// <summary>A number.</summary>
    /// <exception cref="VerifierSettingsException">It is none, or out of its range.</exception>
    public double Number(string name, double otherwise, double least, double most)
    {
        if (!TryGet(name, out var value)) return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Fault(name, FormattableString.Invariant($"is a number from {least} to {most}"));
    }

    /// <summary>Any JSON.</summary>
    /// <returns>Null when it is not there.</returns>
    public JsonElement? Json(string name) => TryGet(name, out var value) ? value : null;

    /// <summary>Ends the reading.</summary>
    /// <exception cref="VerifierSettingsException">There is a setting that nobody asked for.</exception>
    public void End()
    {
        foreach (var member in _object.EnumerateObject())
        {
            if (_known.Contains(member.Name)) continue;
            throw new VerifierSettingsException(
                VerifierSettingsReason.Unknown,
                $"'{_verifier}' has no setting '{Texts.Shorten(member.Name)}'; it has {(_known.Count == 0 ? "none" : string.Join(", ", _known.Order(StringComparer.Ordinal)))}.");
        }
    }

    internal VerifierSettingsException Fault(string name, string rule, Exception? inner = null) =>
        new(VerifierSettingsReason.Invalid, $"The setting '{name}' of '{_verifier}' {rule}.", inner);

    private bool TryGet(string name, out JsonElement value)
    {
        _known.Add(name);
        return _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }
}

/// <summary>A verifier cannot be had as it was asked for.</summary>
/// <param name="reason">A stable code from <see cref="VerifierSettingsReason"/>.</param>
/// <param name="message">What is wrong, for people.</param>
/// <param name="inner">What found it.</param>
public sealed class VerifierSettingsException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A stable code from <see cref="VerifierSettingsReason"/>.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The reasons of <see cref="VerifierSettingsException"/>.</summary>
public static class VerifierSettingsReason
{
    /// <summary>No verifier has that name.</summary>
    public const string UnknownVerifier = "VERIFIER_UNKNOWN";

    /// <summary>The verifier has no such setting.</summary>
    public const string Unknown = "VERIFIER_SETTING_UNKNOWN";

    /// <summary>A setting is missing, of another type, or out of its range.</summary>
    public const string Invalid = "VERIFIER_SETTING_INVALID";

    /// <summary>The verifier runs programs, and there is nothing to run them in.</summary>
    public const string NoSandbox = "VERIFIER_NO_SANDBOX";
}
