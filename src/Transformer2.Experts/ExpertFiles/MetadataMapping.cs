namespace Transformer2.Experts;

/// <summary>Between <see cref="ExpertMetadata"/> and the text-to-text metadata of a safetensors file.</summary>
internal static class MetadataMapping
{
    public const string FormatKey = "t2.format";
    public const string BaseModelKey = "t2.base_model";
    public const string DecompositionKey = "t2.decomposition";

    private static readonly Field[] Fields =
    [
        new(FormatKey, MetadataText.Label, m => m.Format, (m, value) => m with { Format = value }),
        new(BaseModelKey, MetadataText.Label, m => m.BaseModel, (m, value) => m with { BaseModel = value }),
        new(DecompositionKey, MetadataText.Label, m => m.Decomposition, (m, value) => m with { Decomposition = value }),
        new("t2.mask", MetadataText.OneOf("direct", "sigmoid"), m => m.Mask, (m, value) => m with { Mask = value }),
        new("t2.renormalization", MetadataText.OneOf("none", "nuclear"), m => m.Renormalization, (m, value) => m with { Renormalization = value }),
        new("t2.modules", MetadataText.OneOf("mlp", "attention", "all"), m => m.Modules, (m, value) => m with { Modules = value }),
        new("t2.task", MetadataText.Label, m => m.Task, (m, value) => m with { Task = value }),
        new("t2.description", MetadataText.Description, m => m.Description, (m, value) => m with { Description = value }),
        new("t2.lineage", MetadataText.Record, m => m.Lineage, (m, value) => m with { Lineage = value }),
    ];

    /// <summary>The known entries; others are left alone.</summary>
    /// <param name="entries">All entries of a file.</param>
    /// <param name="lenient">Takes what would not deceive anyone; see <see cref="MetadataText.Checked"/>.</param>
    /// <exception cref="ExpertFileException">A known entry is unfit.</exception>
    public static ExpertMetadata FromEntries(IReadOnlyDictionary<string, string> entries, bool lenient)
    {
        var metadata = new ExpertMetadata { Format = null };
        foreach (var field in Fields)
        {
            if (entries.TryGetValue(field.Key, out var value))
            {
                metadata = field.Set(metadata, field.Text.Checked(field.Key, value, lenient));
            }
        }

        return metadata;
    }

    /// <summary>The entries that are present.</summary>
    /// <exception cref="ExpertFileException">A text is unfit.</exception>
    public static Dictionary<string, string> ToEntries(ExpertMetadata metadata) => Fields
        .Select(field => (field, value: field.Get(metadata)))
        .Where(pair => pair.value is not null)
        .ToDictionary(
            pair => pair.field.Key, pair => pair.field.Text.Checked(pair.field.Key, pair.value!, lenient: false), StringComparer.Ordinal);

    private sealed record Field(
        string Key, MetadataText Text, Func<ExpertMetadata, string?> Get, Func<ExpertMetadata, string, ExpertMetadata> Set);
}
