namespace Transformer2.Experts;

/// <summary>Between <see cref="ExpertMetadata"/> and the text-to-text metadata of a safetensors file.</summary>
internal static class MetadataMapping
{
    public const string FormatKey = "t2.format";
    public const string BaseModelKey = "t2.base_model";
    public const string DecompositionKey = "t2.decomposition";

    private const int ShortText = 256;
    private const int LongText = 16 << 10;

    private static readonly Field[] Fields =
    [
        new(FormatKey, ShortText, m => m.Format, (m, value) => m with { Format = value }),
        new(BaseModelKey, ShortText, m => m.BaseModel, (m, value) => m with { BaseModel = value }),
        new(DecompositionKey, ShortText, m => m.Decomposition, (m, value) => m with { Decomposition = value }),
        new("t2.mask", ShortText, m => m.Mask, (m, value) => m with { Mask = value }),
        new("t2.renormalization", ShortText, m => m.Renormalization, (m, value) => m with { Renormalization = value }),
        new("t2.modules", ShortText, m => m.Modules, (m, value) => m with { Modules = value }),
        new("t2.task", ShortText, m => m.Task, (m, value) => m with { Task = value }),
        new("t2.description", LongText, m => m.Description, (m, value) => m with { Description = value }),
        new("t2.lineage", LongText, m => m.Lineage, (m, value) => m with { Lineage = value }),
    ];

    /// <summary>
    /// The known entries; others are left alone. Over-long texts and control characters are refused: people's terminals show them.
    /// </summary>
    /// <exception cref="ExpertFileException">A known entry is unfit.</exception>
    public static ExpertMetadata FromEntries(IReadOnlyDictionary<string, string> entries)
    {
        var metadata = new ExpertMetadata { Format = null };
        foreach (var field in Fields)
        {
            if (entries.TryGetValue(field.Key, out var value))
            {
                metadata = field.Set(metadata, field.Checked(value));
            }
        }

        return metadata;
    }

    /// <summary>The entries that are present.</summary>
    /// <exception cref="ExpertFileException">A text is unfit.</exception>
    public static Dictionary<string, string> ToEntries(ExpertMetadata metadata) => Fields
        .Select(field => (field, value: field.Get(metadata)))
        .Where(pair => pair.value is not null)
        .ToDictionary(pair => pair.field.Key, pair => pair.field.Checked(pair.value!), StringComparer.Ordinal);

    private sealed record Field(
        string Key, int MaxLength, Func<ExpertMetadata, string?> Get, Func<ExpertMetadata, string, ExpertMetadata> Set)
    {
        public string Checked(string value)
        {
            if (value.Length > MaxLength)
            {
                throw new ExpertFileException(SafetensorsReason.Metadata, $"'{Key}' has more than {MaxLength} characters.");
            }

            return value.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))
                ? throw new ExpertFileException(SafetensorsReason.Metadata, $"'{Key}' has control characters.")
                : value;
        }
    }
}
