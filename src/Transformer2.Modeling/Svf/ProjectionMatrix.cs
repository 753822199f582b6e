using System.Globalization;
using System.Text.RegularExpressions;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Modeling.Svf;

/// <summary>Which projection matrices of a layer are meant.</summary>
public enum SvfModules
{
    /// <summary>Gate, up and down: what the published code adapts.</summary>
    Mlp,

    /// <summary>Query, key, value and output.</summary>
    Attention,

    /// <summary>Both.</summary>
    All,
}

/// <summary>A matrix that an expert may adapt.</summary>
/// <param name="Name">The checkpoint's parameter name, for example <c>model.layers.0.mlp.gate_proj.weight</c>.</param>
/// <param name="Layer">Index of the decoder layer.</param>
/// <param name="Modules"><see cref="SvfModules.Mlp"/> or <see cref="SvfModules.Attention"/>.</param>
/// <param name="Kind">The projection's own name, for example <c>gate_proj</c>.</param>
/// <param name="Rows">Extent of the output.</param>
/// <param name="Columns">Extent of the input.</param>
public sealed partial record ProjectionMatrix(string Name, int Layer, SvfModules Modules, string Kind, long Rows, long Columns)
{
    /// <summary>Number of singular values, min(rows, columns).</summary>
    public int Rank => (int)Math.Min(Rows, Columns);

    /// <summary>The projection matrices of a model, in checkpoint order.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="modules">Which of each layer.</param>
    /// <param name="layers">Which layers; null is all.</param>
    public static IReadOnlyList<ProjectionMatrix> Of(ModelConfig config, SvfModules modules = SvfModules.All, IReadOnlySet<int>? layers = null) =>
    [
        .. DecoderParameters.Shapes(config)
            .Select(entry => (Match: Pattern().Match(entry.Key), Shape: entry.Value))
            .Where(entry => entry.Match.Success)
            .Select(entry => new ProjectionMatrix(
                entry.Match.Value,
                int.Parse(entry.Match.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture),
                entry.Match.Groups["part"].Value == "mlp" ? SvfModules.Mlp : SvfModules.Attention,
                entry.Match.Groups["kind"].Value,
                entry.Shape[0],
                entry.Shape[1]))
            .Where(matrix => (modules == SvfModules.All || matrix.Modules == modules) && layers?.Contains(matrix.Layer) != false),
    ];

    [GeneratedRegex(@"^model\.layers\.(?<layer>\d+)\.(?<part>mlp|self_attn)\.(?<kind>\w+_proj)\.weight$")]
    private static partial Regex Pattern();
}
