using System.Text.Json.Nodes;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Cli;

/// <summary>A file of weights.</summary>
internal sealed record ModelFile(string Name, long Bytes);

/// <summary>Weights of one stored number type.</summary>
internal sealed record StoredNumbers(string Dtype, int Tensors, long Parameters, long Bytes);

/// <summary>What an expert over a choice of modules holds.</summary>
/// <param name="Modules"><c>mlp</c>, <c>attention</c> or <c>all</c>.</param>
/// <param name="Matrices">Number of vectors.</param>
/// <param name="Multipliers">Numbers in all of them: one per singular value.</param>
/// <param name="Bytes">Their bytes in an expert file, its header not counted.</param>
internal sealed record SvfSize(string Modules, int Matrices, long Multipliers, long Bytes);

/// <summary>A local base model, without its weights being loaded.</summary>
internal sealed record ModelInfoReport(
    string Folder,
    string Architecture,
    long ParameterCount,
    int Layers,
    int HiddenSize,
    int VocabularySize,
    int ContextLength,
    bool TiedEmbeddings,
    IReadOnlyList<StoredNumbers> Weights,
    IReadOnlyList<ModelFile> Files,
    string BaseFingerprint,
    string DecompositionFingerprint,
    IReadOnlyList<SvfSize> Svf)
{
    /// <summary>Describes a folder; reads every byte of the weights once, for the fingerprint, and keeps none.</summary>
    public static ModelInfoReport Of(ModelFolder folder)
    {
        folder.Check();
        var layout = Decomposition.LayoutOf(folder);
        var config = folder.Config;
        return new ModelInfoReport(
            folder.Directory,
            ArchitectureOf(config),
            folder.Tensors.Sum(tensor => tensor.ElementCount),
            config.Layers,
            config.HiddenSize,
            config.VocabularySize,
            config.ContextLength,
            config.TiedEmbeddings,
            [.. folder.Tensors.GroupBy(tensor => tensor.DType).OrderBy(group => group.Key).Select(group => new StoredNumbers(
                group.Key.ToString(), group.Count(), group.Sum(tensor => tensor.ElementCount), group.Sum(tensor => tensor.Length)))],
            [.. folder.Files.Select(file => new ModelFile(file.Key, file.Value))],
            layout.BaseModel,
            layout.Decomposition,
            [.. Enum.GetValues<SvfModules>().Select(modules => Size(modules, ProjectionMatrix.Of(config, modules)))]);
    }

    // As the model's author names it; the canonical configuration has it.
    private static string ArchitectureOf(ModelConfig config) => (string?)JsonNode.Parse(config.ToJson())?["architectures"]?[0] ?? "";

    private static SvfSize Size(SvfModules modules, IReadOnlyList<ProjectionMatrix> matrices)
    {
        var multipliers = matrices.Sum(matrix => (long)matrix.Rank);
        return new SvfSize(modules.ToString().ToLowerInvariant(), matrices.Count, multipliers, multipliers * sizeof(float));
    }

    /// <summary>The same for people.</summary>
    public string Text()
    {
        var facts = new TextTable()
            .Add("folder", Folder)
            .Add("architecture", Architecture)
            .Add("parameters", ParameterCount)
            .Add("layers", Layers)
            .Add("hidden size", HiddenSize)
            .Add("vocabulary", VocabularySize)
            .Add("context", ContextLength)
            .Add("embeddings", TiedEmbeddings ? "tied" : "untied")
            .Add("base model", BaseFingerprint)
            .Add("decomposition", DecompositionFingerprint);
        var weights = new TextTable("DTYPE", "TENSORS", "PARAMETERS", "SIZE");
        foreach (var numbers in Weights)
        {
            weights.Add(numbers.Dtype, numbers.Tensors, numbers.Parameters, Amounts.Bytes(numbers.Bytes));
        }

        var files = new TextTable("FILE", "SIZE");
        foreach (var file in Files)
        {
            files.Add(file.Name, Amounts.Bytes(file.Bytes));
        }

        var svf = new TextTable("EXPERT OVER", "MATRICES", "MULTIPLIERS", "SIZE");
        foreach (var size in Svf)
        {
            svf.Add(size.Modules, size.Matrices, size.Multipliers, Amounts.Bytes(size.Bytes));
        }

        return $"{facts}\n{weights}\n{files}\n{svf}";
    }
}
