using Transformer2.Abstractions;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>Experts that jobs make, as files.</summary>
internal static class ExpertProduct
{
    /// <summary>Writes an expert, and reads it back as an upload is read: what a library takes must be of use.</summary>
    /// <exception cref="ExpertFileException">It is not fit to be an expert.</exception>
    public static AdaptationProduct Of(ExpertVector vector, ExpertMetadata metadata, ExpertLayout layout, string displayName)
    {
        var file = ExpertFile.ToBytes(vector, metadata);
        var read = ExpertFile.Read(file, layout);
        var content = new ExpertContent
        {
            Digest = ContentDigest.Of(file),
            SizeBytes = file.Length,
            ParameterCount = read.Vector.ParameterCount,
            MatrixCount = read.Vector.Multipliers.Count,
            BaseFingerprint = layout.BaseModel,
            DecompositionFingerprint = layout.Decomposition,
            Modules = metadata.Modules ?? "",
            Task = metadata.Task ?? "",
            Description = metadata.Description ?? "",
        };
        return new(displayName, [.. file], content);
    }
}
