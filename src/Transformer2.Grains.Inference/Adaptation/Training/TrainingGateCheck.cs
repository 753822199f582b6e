using System.Collections.Immutable;
using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Grains.Inference;

/// <summary>Whether a trained expert may go live.</summary>
internal static class TrainingGateCheck
{
    /// <summary>The gates that it does not pass, for people. Files with what is no number are no experts at all, and do not come this far.</summary>
    public static ImmutableArray<string> Failed(TrainingGates gates, double spectralDrift, PairedResult? regression)
    {
        var failed = ImmutableArray.CreateBuilder<string>();
        if (!(spectralDrift <= gates.MaxSpectralDrift))
            failed.Add(string.Create(CultureInfo.InvariantCulture, $"spectral drift {spectralDrift:0.####} is above {gates.MaxSpectralDrift:0.####}"));
        if (regression is { } measured && 100.0 * (measured.BaseRight - measured.ExpertRight) / measured.Count is var points && points > gates.MaxRegression)
        {
            failed.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"regression: {measured.ExpertRight} instead of {measured.BaseRight} of {measured.Count} questions right, {points:0.##} percentage points fewer; at most {gates.MaxRegression:0.##} are allowed"));
        }

        return failed.ToImmutable();
    }

    /// <summary>The largest |sigma * (z - 1)| / |sigma| of a matrix: how far the expert turns the model, whatever the matrix's own size.</summary>
    public static double SpectralDrift(ExpertVector expert, TrainingOptions options, CancellationToken cancellationToken)
    {
        using var folder = ModelFolder.Open(options.ModelDirectory);
        ProjectionMatrix[] matrices = [.. ProjectionMatrix.Of(folder.Config).Where(matrix => expert.Multipliers.ContainsKey(matrix.Name))];
        return Spectrum.Of(folder, matrices, options.DecompositionDirectory, progress: null, cancellationToken)
            .Max(spectrum => Drift(spectrum.Sigma, expert.Multipliers[spectrum.Matrix.Name].Span));
    }

    private static double Drift(IReadOnlyList<float> sigma, ReadOnlySpan<float> z)
    {
        double way = 0, whole = 0;
        for (var i = 0; i < sigma.Count; i++)
        {
            double value = sigma[i], moved = value * (z[i] - 1.0);
            way += moved * moved;
            whole += value * value;
        }

        return whole > 0 ? Math.Sqrt(way / whole) : 0;
    }
}
