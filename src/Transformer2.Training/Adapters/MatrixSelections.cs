using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Training.Adapters;

/// <summary>Which projection matrices a training adapts.</summary>
public interface IMatrixSelection
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>Whether a matrix belongs to it.</summary>
    bool Takes(ProjectionMatrix matrix);
}

/// <summary>All selections by name.</summary>
public static class MatrixSelections
{
    /// <summary>Every selection.</summary>
    public static IReadOnlyList<IMatrixSelection> All { get; } =
        [new MlpMatrices(), new AttentionMatrices(), new AllMatrices(), new QueryValueMatrices(), new QueryValueMlpMatrices()];

    /// <summary>Finds a selection.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static IMatrixSelection Find(string name) => Named.Find(All, name, selection => selection.Name, "modules");

    /// <summary>The matrices of a model that a selection takes, in checkpoint order.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="options">Which.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static IReadOnlyList<ProjectionMatrix> Of(ModelConfig config, AdapterOptions options)
    {
        var selection = Find(options.Modules);
        ProjectionMatrix[] matrices =
            [.. ProjectionMatrix.Of(config).Where(matrix => selection.Takes(matrix) && options.Layers?.Contains(matrix.Layer) != false)];
        return matrices.Length > 0 ? matrices : throw new ArgumentException($"The model has {config.Layers} layers; none of them is to be adapted.");
    }
}

/// <summary>Gate, up and down: what the published code adapts.</summary>
public sealed class MlpMatrices : IMatrixSelection
{
    /// <inheritdoc/>
    public string Name => "mlp";

    /// <inheritdoc/>
    public bool Takes(ProjectionMatrix matrix) => matrix.Modules == SvfModules.Mlp;
}

/// <summary>Query, key, value and output.</summary>
public sealed class AttentionMatrices : IMatrixSelection
{
    /// <inheritdoc/>
    public string Name => "attention";

    /// <inheritdoc/>
    public bool Takes(ProjectionMatrix matrix) => matrix.Modules == SvfModules.Attention;
}

/// <summary>All seven of a layer.</summary>
public sealed class AllMatrices : IMatrixSelection
{
    /// <inheritdoc/>
    public string Name => "all";

    /// <inheritdoc/>
    public bool Takes(ProjectionMatrix matrix) => true;
}

/// <summary>Query and value: what the paper calls attention, and what its LoRA baseline adapts.</summary>
public sealed class QueryValueMatrices : IMatrixSelection
{
    /// <inheritdoc/>
    public string Name => "qv";

    /// <inheritdoc/>
    public bool Takes(ProjectionMatrix matrix) => matrix.Kind is "q_proj" or "v_proj";
}

/// <summary>Query, value, gate, up and down: the paper's largest LoRA baseline.</summary>
public sealed class QueryValueMlpMatrices : IMatrixSelection
{
    /// <inheritdoc/>
    public string Name => "qv+mlp";

    /// <inheritdoc/>
    public bool Takes(ProjectionMatrix matrix) => matrix.Modules == SvfModules.Mlp || matrix.Kind is "q_proj" or "v_proj";
}
