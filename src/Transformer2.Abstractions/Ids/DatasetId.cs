using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

/// <summary>Id of a data set, unique in its tenant; see <see cref="ResourceId"/> for its form.</summary>
[GenerateSerializer, Immutable, Alias("t2.DatasetId"), JsonConverter(typeof(StringIdJsonConverter<DatasetId>))]
public readonly record struct DatasetId : IStringId<DatasetId>
{
    private DatasetId(string value) => Value = value;

    /// <inheritdoc/>
    [Id(0)]
    public string Value { get; private init; }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out DatasetId id)
    {
        var valid = ResourceId.IsValid(text);
        id = valid ? new DatasetId(text!) : default;
        return valid;
    }

    /// <summary>Takes a text that is known to be a valid id.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static DatasetId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a valid id: {ResourceId.Rule}.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
