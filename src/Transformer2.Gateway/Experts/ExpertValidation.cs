using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Experts;

namespace Transformer2.Gateway;

/// <summary>Decides whether uploaded bytes are an expert for the base model.</summary>
internal static class ExpertValidation
{
    /// <summary>Checks everything and says what the file holds.</summary>
    public static ExpertContent Validate(ReadOnlyMemory<byte> file, string sha256, ExpertLayout layout)
    {
        var digest = ContentDigest.Of(file.Span);
        if (sha256.Length > 0 && sha256 != digest.Value)
            throw new PlatformException(
                ErrorReason.ChecksumMismatch, "The file has not the stated SHA-256.", ("expected", sha256), ("actual", digest.Value));
        var expert = Read(file, layout);
        return new()
        {
            Digest = digest,
            SizeBytes = file.Length,
            ParameterCount = expert.Vector.ParameterCount,
            MatrixCount = expert.Vector.Multipliers.Count,
            BaseFingerprint = layout.BaseModel,
            DecompositionFingerprint = layout.Decomposition,
            Modules = expert.Metadata.Modules ?? "",
            Task = expert.Metadata.Task ?? "",
            Description = expert.Metadata.Description ?? "",
        };
    }

    private static ExpertFile Read(ReadOnlyMemory<byte> file, ExpertLayout layout)
    {
        try
        {
            return ExpertFile.Read(file, layout);
        }
        catch (ExpertFileException exception)
        {
            throw new PlatformException(exception.Reason, exception.Message, [.. Facts(exception)]);
        }
    }

    private static IEnumerable<(string Key, string Value)> Facts(ExpertFileException exception)
    {
        if (exception.Position is { } position)
            yield return ("position", position.ToString(CultureInfo.InvariantCulture));
        if (exception.ExpectedFingerprint is { } expected)
            yield return ("expected", expected);
        if (exception.ActualFingerprint is { } actual)
            yield return ("actual", actual);
    }
}
