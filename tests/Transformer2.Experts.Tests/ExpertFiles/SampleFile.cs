namespace Transformer2.Experts.Tests.ExpertFiles;

/// <summary>A small base model and files for it.</summary>
internal static class SampleFile
{
    public static readonly ExpertLayout Layout = new(
        "sha256:" + new string('a', 64),
        "sha256:" + new string('b', 64),
        new Dictionary<string, int> { ["m.0.up.weight"] = 3, ["m.0.down.weight"] = 2, ["m.1.up.weight"] = 3 });

    public static readonly ExpertMetadata Metadata = new()
    {
        BaseModel = Layout.BaseModel,
        Decomposition = Layout.Decomposition,
        Mask = "direct",
        Renormalization = "none",
        Modules = "mlp",
        Task = "addition",
        Description = "Adds numbers.\nUp to 99.",
        Lineage = "seed 7",
    };

    public static readonly ExpertVector Vector = new(new Dictionary<string, float[]>
    {
        ["m.0.up.weight"] = [0.5f, 1, -1.5f],
        ["m.0.down.weight"] = [0, 2],
    });

    public static Dictionary<string, string> Entries() => new()
    {
        ["t2.format"] = "1",
        ["t2.base_model"] = Layout.BaseModel,
        ["t2.decomposition"] = Layout.Decomposition,
    };

    /// <summary>A file of any tensors and metadata.</summary>
    public static byte[] Of(Dictionary<string, string> entries, params TensorData[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, entries);
        return stream.ToArray();
    }

    /// <summary>A file of any tensors with the required metadata.</summary>
    public static byte[] Of(params TensorData[] tensors) => Of(Entries(), tensors);
}
